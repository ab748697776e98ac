// SPDX-License-Identifier: Apache-2.0
//
// A loop that looks at a flag ten times a second, which the handler of SIGTERM sets.
// Clean: starts with an empty signal mask, whatever its starter blocked. (A near miss of
// inherits_signal_mask.)
// Run: resets_signal_mask
#include <poll.h>
#include <signal.h>

#include "stop_signals.h"

static volatile sig_atomic_t is_terminated = 0;

static void on_sigterm(int signal) {
  (void)signal;
  is_terminated = 1;
}

int main(void) {
  sigset_t none;
  sigemptyset(&none);
  signal(SIGTERM, on_sigterm);
  sigprocmask(SIG_SETMASK, &none, NULL);
  say_ready();
  while (!is_terminated) poll(NULL, 0, 100);
  return 0;
}
