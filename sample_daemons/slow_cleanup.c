// SPDX-License-Identifier: Apache-2.0
//
// Has something to do before it ends.
// Flaw: it takes longer than the window, so that SIGKILL comes first.
// Run: slow_cleanup [SECONDS=7]
#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  hold_stop_signals();
  wait_for_stop_signal();
  rest(1000 * argument(argc, argv, 1, 7));
  return 0;
}
