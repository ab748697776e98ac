// SPDX-License-Identifier: Apache-2.0
//
// Has a flag that SIGTERM sets.
// Flaw: it looks at the flag every 0.3 s, and does not wake up for the signal: so long an end
// takes. Run: polls_flag
#include <signal.h>

#include "stop_signals.h"

static volatile sig_atomic_t is_over;

static void tell(int number) {
  (void)number;
  is_over = 1;
}

int main(void) {
  signal(SIGTERM, tell);
  signal(SIGINT, tell);
  say_ready();
  while (!is_over) rest(300);
  return 0;
}
