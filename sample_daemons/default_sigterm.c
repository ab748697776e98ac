// SPDX-License-Identifier: Apache-2.0
//
// Relies on what SIGTERM does by default.
// Flaw: as the first process of a container it has no default action, and SIGTERM none at all.
// Run: default_sigterm
#include <signal.h>
#include <unistd.h>

#include "stop_signals.h"

int main(void) {
  signal(SIGCHLD, SIG_IGN);  // The kernel reaps.
  say_ready();
  for (;;) pause();
}
