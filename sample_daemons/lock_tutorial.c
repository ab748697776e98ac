// SPDX-License-Identifier: Apache-2.0
//
// The PID file of the tutorials, as it is copied from one to the next.
// Flaws, for once more than one:
//   1. The lock is taken before the fork. F_SETLK locks belong to the process: the daemon has none.
//   2. The pid is written before the fork too, so the file names a process that has ended.
//   3. remove_pid_file() closes, which would unlock, before it unlinks: who locked in between loses
//      its file, and two run.
//   4. After the lock nobody looks whether the path still names this file.
//   5. At the end it removes whatever the path names by then.
//   6. No O_NOFOLLOW: a symbolic link at the path has its target emptied.
//   7. What ftruncate() or write() could not do is printed at most: on a full disk the daemon runs
//      with an empty file.
//   8. An instance that loses may read the file before it was written, or not at all: it cannot say
//      who runs.
//   9. No O_CLOEXEC: whatever is executed has the file open.
//  10. Before main() has come to sigaction(), SIGTERM leaves the file behind.
//  11. A SIGTERM between the test of the flag and sleep() is noticed a second late.
// Run: lock_tutorial PIDFILE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t is_terminated = 0;

static void on_sigterm(int signal) {
  (void)signal;
  is_terminated = 1;
}

static int create_pid_file(const char *path) {
  int fd = open(path, O_RDWR | O_CREAT, 0644);
  if (fd == -1) {
    perror("open");
    exit(1);
  }
  struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(fd, F_SETLK, &fl) == -1) {
    if (errno != EAGAIN && errno != EACCES) perror("fcntl");
    fprintf(stderr, "Daemon is already running\n");
    exit(1);
  }
  char text[32];
  snprintf(text, sizeof text, "%d\n", getpid());
  if (ftruncate(fd, 0) == -1 || write(fd, text, strlen(text)) == -1) perror("write");
  return fd;
}

static void remove_pid_file(int fd, const char *path) {
  close(fd);
  unlink(path);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: lock_tutorial PIDFILE\n");
    return 2;
  }
  int fd = create_pid_file(argv[1]);
  pid_t child = fork();
  if (child == -1) return 1;
  if (child > 0) return 0;
  setsid();
  struct sigaction action = {.sa_handler = on_sigterm};
  sigaction(SIGTERM, &action, NULL);
  while (!is_terminated) sleep(1);
  remove_pid_file(fd, argv[1]);
  return 0;
}
