// SPDX-License-Identifier: Apache-2.0
//
// A master and its worker. At the end it tells the worker, and waits for it.
// Flaw: a worker that is stopped (SIGSTOP, a debugger) does not hear it.
// Run: waits_for_stopped_worker
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

int main(void) {
  hold_stop_signals();
  pid_t worker = fork();
  if (worker == -1) fail("fork");
  if (worker == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    let_stop_signals_through();
    for (;;) pause();
  }
  wait_for_stop_signal();
  kill(worker, SIGTERM);
  waitpid(worker, NULL, 0);
  return 0;
}
