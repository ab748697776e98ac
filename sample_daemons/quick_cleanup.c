// SPDX-License-Identifier: Apache-2.0
//
// Has something to do before it ends.
// Clean: a tenth of a second, of which it needs the CPU only for 20 ms, so that it fits any window,
// also when everything else wants the CPU at the same time; a second SIGTERM does nothing. (A near
// miss of slow_cleanup, slow_cleanup_contended and second_sigterm_aborts.)
// Run: quick_cleanup [CPU_MS=20]
#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  hold_stop_signals();
  wait_for_stop_signal();
  use_cpu(argument(argc, argv, 1, 20));
  rest(80);
  return 0;
}
