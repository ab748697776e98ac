// SPDX-License-Identifier: Apache-2.0
//
// Fit to be the first process of a container.
// Clean: it takes SIGTERM itself, and lets the kernel reap the orphans that it is given. (A near
// miss of default_sigterm.)
// Run: first_process
#include <signal.h>

#include "stop_signals.h"

int main(void) {
  hold_stop_signals();
  signal(SIGCHLD, SIG_IGN);  // The kernel reaps.
  wait_for_stop_signal();
  return 0;
}
