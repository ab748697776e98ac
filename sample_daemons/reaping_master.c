// SPDX-License-Identifier: Apache-2.0
//
// A master that replaces workers which crash. At the end it tells them with SIGUSR1; they finish
// what they do (0.2 s) and end with 0, and it waits for that.
// Clean: at the end it replaces none. (A near miss of respawning_master, and of orphan_left.)
// Run: reaping_master [WORKERS=4] (at most 16, and 64 in its life)
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

enum { kMostWorkers = 16, kMostBirths = 64 };
static pid_t workers[kMostWorkers];  // 0: none
static int births;

static sigset_t told(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  return signals;
}

static _Noreturn void work(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  let_stop_signals_through();
  const sigset_t signals = told();
  while (sigwaitinfo(&signals, NULL) == -1) continue;
  rest(200);
  _exit(0);
}

static pid_t start_worker(void) {
  if (births++ == kMostBirths) _exit(3);
  pid_t worker = fork();
  if (worker == -1) fail("fork");
  if (worker == 0) work();
  return worker;
}

// Gives how many there are.
static int look_after_workers(int is_ending) {
  int count = 0, status;
  for (int i = 0; i < kMostWorkers; ++i) {
    if (workers[i] == 0) continue;
    if (waitpid(workers[i], &status, WNOHANG) > 0) {
      workers[i] = WIFSIGNALED(status) && !is_ending ? start_worker() : 0;
    }
    count += workers[i] != 0;
  }
  return count;
}

static void tell_workers(void) {
  for (int i = 0; i < kMostWorkers; ++i) {
    if (workers[i] == 0) continue;
    kill(workers[i], SIGUSR1);
    kill(workers[i], SIGCONT);  // One that is stopped hears it too.
  }
}

int main(int argc, char **argv) {
  hold_stop_signals();
  const sigset_t signals = told();  // Each worker is born with it held.
  sigprocmask(SIG_BLOCK, &signals, NULL);
  unsigned long count = argument(argc, argv, 1, 4);
  for (unsigned long i = 0; i < count && i < kMostWorkers; ++i) workers[i] = start_worker();
  say_ready();

  while (!stop_signal_comes_within(1000)) look_after_workers(0);
  tell_workers();
  while (look_after_workers(1) > 0) rest(10);
  return 0;
}
