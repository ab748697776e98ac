// SPDX-License-Identifier: Apache-2.0
//
// Reads its configuration again at SIGHUP, which takes 30 ms.
// Clean: SIGTERM that comes meanwhile ends it afterwards. (A near miss of reload_forgets_sigterm.)
// Run: reload_remembers_sigterm
#include "reload_loop.h"
#include "stop_signals.h"

static void configure(void) { rest(30); }

int main(void) {
  reload_until_told(configure);
  return 0;
}
