// SPDX-License-Identifier: Apache-2.0
//
// A loop that looks at a flag ten times a second, which the handler of SIGTERM sets.
// Flaw: keeps the signal mask that it was started with: where its starter blocked SIGTERM, it never
// comes.
// Run: inherits_signal_mask
#include <poll.h>
#include <signal.h>

#include "stop_signals.h"

static volatile sig_atomic_t is_terminated = 0;

static void on_sigterm(int signal) {
  (void)signal;
  is_terminated = 1;
}

int main(void) {
  signal(SIGTERM, on_sigterm);
  say_ready();
  while (!is_terminated) poll(NULL, 0, 100);
  return 0;
}
