// SPDX-License-Identifier: Apache-2.0
//
// Preloaded behind AddressSanitizer's runtime into a daemon that knows nothing of it. A thread
// looks for leaks whenever somebody opens the FIFO $WATERTIGHT_LEAKS.PID for writing, and then says
// in the file $WATERTIGHT_LEAKS.PID.done how many times it has looked, or in a sentence why it
// cannot. It waits otherwise, as a daemon at rest does.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Of the runtime: LD_PRELOAD names it first, and whoever has loaded this without is left alone.
__attribute__((weak)) extern void __asan_init(void);
__attribute__((weak)) extern int __lsan_do_recoverable_leak_check(void);

// A copy: daemons write their title over their environment. Leaves place for what is appended.
static char prefix[PATH_MAX - 16];

static void say(const char *path, const char *words) {
  char done[PATH_MAX + 8], draft[PATH_MAX + 8];
  snprintf(done, sizeof done, "%s.done", path);
  snprintf(draft, sizeof draft, "%s.draft", path);
  int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return;
  (void)!write(fd, words, strlen(words));
  close(fd);
  rename(draft, done);
}

// Where LeakSanitizer may not stop the threads by ptrace(2) it ends the process: it is not asked
// then. The child is none for the daemon's wait(2), nor for its SIGCHLD.
static int may_trace(void) {
  int gate[2];
  if (pipe2(gate, O_CLOEXEC) != 0) return 0;
  pid_t parent = getpid();
  pid_t child = (pid_t)syscall(SYS_clone, 0UL, NULL, NULL, NULL, 0UL);
  if (child == 0) {
    char go;
    (void)!read(gate[0], &go, 1);
    int status = 0;
    int is_traced = ptrace(PTRACE_ATTACH, parent, NULL, NULL) == 0;
    if (is_traced) {
      while (waitpid(parent, &status, __WALL) == -1 && errno == EINTR) continue;
      ptrace(PTRACE_DETACH, parent, NULL, NULL);
    }
    syscall(SYS_exit_group, is_traced ? 0 : 1);
  }
  if (child > 0) prctl(PR_SET_PTRACER, child, 0, 0, 0);
  (void)!write(gate[1], "g", 1);
  close(gate[0]);
  close(gate[1]);
  int status = -1;
  while (child > 0 && waitpid(child, &status, __WCLONE) == -1 && errno == EINTR) continue;
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void *look_when_told(void *unused) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s.%d", prefix, (int)getpid());
  mkfifo(path, 0600);
  for (unsigned count = 1;; ++count) {
    int fifo = open(path, O_RDONLY | O_CLOEXEC);
    if (fifo < 0) return unused;
    char unused_byte;
    while (read(fifo, &unused_byte, 1) > 0)
      continue;  // Until it is closed: once for each that opens it.
    close(fifo);
    char words[32];
    if (may_trace()) {
      __lsan_do_recoverable_leak_check();
      snprintf(words, sizeof words, "%u", count);
      say(path, words);
    } else {
      say(path, "ptrace(2) is not permitted");
    }
  }
}

static void begin(void) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // The daemon's signals are for its own threads.
  pthread_t thread;
  if (pthread_create(&thread, NULL, look_when_told, NULL) == 0) pthread_detach(thread);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

__attribute__((constructor)) static void set_up(void) {
  const char *wanted = getenv("WATERTIGHT_LEAKS");
  if (wanted == NULL || __asan_init == NULL || __lsan_do_recoverable_leak_check == NULL) return;
  snprintf(prefix, sizeof prefix, "%s", wanted);
  __asan_init();  // Ours may be the first constructor.
  pthread_atfork(NULL, NULL, begin);
  begin();
}
