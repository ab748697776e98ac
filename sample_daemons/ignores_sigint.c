// SPDX-License-Identifier: Apache-2.0
//
// Ends on SIGTERM.
// Flaw: it ignores SIGINT, which is Ctrl-C, and what some supervisors send first.
// Run: ignores_sigint
#include <signal.h>

#include "stop_signals.h"

int main(void) {
  signal(SIGINT, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  say_ready();
  while (sigwaitinfo(&signals, NULL) == -1) continue;  // EINTR: stopped and continued.
  return 0;
}
