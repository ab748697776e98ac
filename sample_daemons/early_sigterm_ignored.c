// SPDX-License-Identifier: Apache-2.0
//
// Computes for a while, and is ready.
// Flaw: until then it ignores SIGTERM, so as not to be disturbed. One that comes before is lost,
// and the daemon runs on. Run: early_sigterm_ignored [START_MS=100]
#include <signal.h>

#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  signal(SIGTERM, SIG_IGN);
  use_cpu(argument(argc, argv, 1, 100));
  hold_stop_signals();
  signal(SIGTERM, SIG_DFL);
  wait_for_stop_signal();
  return 0;
}
