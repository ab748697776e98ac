// SPDX-License-Identifier: Apache-2.0
//
// Looks at a flag, which the handler of SIGTERM sets, whenever poll() returns.
// Flaw: a SIGTERM between the test of the flag and poll() is noticed when that has waited to its
// end. Run: hears_sigterm_late [PERIOD_MS=400]
#include <poll.h>
#include <signal.h>

#include "line_server.h"
#include "stop_signals.h"

static volatile sig_atomic_t is_terminated = 0;

static void on_sigterm(int signal) {
  (void)signal;
  is_terminated = 1;
}

int main(int argc, char **argv) {
  int period_ms = (int)argument(argc, argv, 1, 400);
  signal(SIGTERM, on_sigterm);
  say_ready();
  while (!is_terminated) poll(NULL, 0, period_ms);
  return 0;
}
