// SPDX-License-Identifier: Apache-2.0
//
// Waits with pause() until the handler of SIGTERM has set a flag.
// Flaw: a SIGTERM between the test of the flag and pause() sets the flag, and wakes nobody.
// Run: loses_sigterm
#include <signal.h>
#include <unistd.h>

#include "stop_signals.h"

static volatile sig_atomic_t is_terminated = 0;

static void on_sigterm(int signal) {
  (void)signal;
  is_terminated = 1;
}

int main(void) {
  signal(SIGTERM, on_sigterm);
  say_ready();
  while (!is_terminated) pause();
  return 0;
}
