// SPDX-License-Identifier: Apache-2.0
//
// Loses a hundred blocks when it starts, and one more at every SIGHUP; with IN_WORKER in a worker,
// and writes over its environment before, as those do who put a title there (setproctitle(3)).
#include <signal.h>
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

// The master hands its signals on.
static void leave_work_to_a_worker(const sigset_t *hup) {
  for (char **entry = environ; *entry != NULL; ++entry) memset(*entry, 0, strlen(*entry));
  const pid_t worker = fork();
  if (worker == 0) return;
  for (;;) {
    int signal = 0;
    sigwait(hup, &signal);
    kill(worker, SIGHUP);
  }
}
#else
static void leave_work_to_a_worker(const sigset_t *hup) { (void)hup; }
#endif

int main(void) {
  sigset_t hup;
  sigemptyset(&hup);
  sigaddset(&hup, SIGHUP);
  sigprocmask(SIG_BLOCK, &hup, NULL);
  leave_work_to_a_worker(&hup);
  for (int i = 0; i < 100; ++i) lose_at_start();
  for (;;) {
    int signal = 0;
    sigwait(&hup, &signal);
    lose_at_work();
  }
}
