// SPDX-License-Identifier: Apache-2.0
//
// Ends on SIGTERM.
// Flaw: with exit code 1, so that it counts as failed, and is started again where failures are.
// Run: exit_status_1
#include "stop_signals.h"

int main(void) {
  hold_stop_signals();
  wait_for_stop_signal();
  return 1;
}
