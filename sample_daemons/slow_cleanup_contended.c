// SPDX-License-Identifier: Apache-2.0
//
// Has something to compute before it ends.
// Flaw: 0.15 s of CPU. Alone that is 0.15 s; when the machine goes down everything ends at once,
// and with eight competitors for each CPU it is 1.3 s. Run: slow_cleanup_contended [CPU_MS=150]
#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  hold_stop_signals();
  wait_for_stop_signal();
  use_cpu(argument(argc, argv, 1, 150));
  return 0;
}
