// SPDX-License-Identifier: Apache-2.0
//
// Ends on SIGTERM.
// Flaw: it ignores SIGINT, which is Ctrl-C, and what some supervisors send first.
// Run: ignores_sigint
#include <signal.h>

#include "stop_signals.h"

int main(void) {
  hold_stop_signals();
  signal(SIGINT, SIG_IGN);
  wait_for_stop_signal();
  return 0;
}
