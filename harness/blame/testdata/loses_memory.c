// SPDX-License-Identifier: Apache-2.0
//
// Loses a hundred blocks when it starts, and one more at every SIGHUP; with IN_WORKER in a worker,
// and writes over its environment before, as those do who put a title there (setproctitle(3)).
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *volatile held;

__attribute__((noinline)) static void lose_at_start(void) {
  held = malloc(100);  // in lose_at_start
  held = NULL;
}

__attribute__((noinline)) static void lose_at_work(void) {
  held = malloc(40);  // in lose_at_work
  held = NULL;
}

#ifdef IN_WORKER
extern char **environ;

// A fork while the runtime starts a thread may leave its locks taken in the child.
static void wait_for_the_trigger(void) {
  char fifo[4096];
  const char *prefix = getenv("WATERTIGHT_LEAKS");
  if (prefix == NULL) return;
  snprintf(fifo, sizeof fifo, "%s.%d", prefix, (int)getpid());
  while (access(fifo, F_OK) != 0) usleep(1000);
}

// The master hands its signals on.
static void leave_work_to_a_worker(const sigset_t *hup) {
  wait_for_the_trigger();
  for (char **entry = environ; *entry != NULL; ++entry) memset(*entry, 0, strlen(*entry));
  const pid_t worker = fork();
  if (worker == 0) return;
  for (;;) {
    int signal = 0;
    sigwait(hup, &signal);
    kill(worker, SIGHUP);
  }
}
#endif

int main(void) {
  sigset_t hup;
  sigemptyset(&hup);
  sigaddset(&hup, SIGHUP);
  sigprocmask(SIG_BLOCK, &hup, NULL);
#ifdef IN_WORKER
  leave_work_to_a_worker(&hup);
#endif
  for (int i = 0; i < 100; ++i) lose_at_start();
  for (;;) {
    int signal = 0;
    sigwait(&hup, &signal);
    lose_at_work();
  }
}
