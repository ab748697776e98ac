// SPDX-License-Identifier: Apache-2.0
//
// Reads its configuration again at SIGHUP, which takes 30 ms.
// Flaw: it sets up everything anew then, the flag that SIGTERM has set meanwhile too.
// Run: reload_forgets_sigterm
#include "reload_loop.h"
#include "stop_signals.h"

static void configure(void) {
  rest(30);
  is_to_end = 0;
}

int main(void) {
  reload_until_told(configure);
  return 0;
}
