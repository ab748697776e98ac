// SPDX-License-Identifier: Apache-2.0
//
// On SIGTERM it frees what it holds, then gives its clients 0.15 s to go.
// Flaw: a second SIGTERM in that time frees it all again, and glibc aborts the process.
// Run: second_sigterm_aborts
#include <stdlib.h>

#include "line_server.h"
#include "stop_signals.h"

static char *cache;

static void begin_to_end(void) { free(cache); }

int main(void) {
  hold_stop_signals();
  cache = malloc(1024);
  if (cache == NULL) fail("malloc");
  wait_for_stop_signal();
  begin_to_end();
  while (stop_signal_comes_within(150)) begin_to_end();
  return 0;
}
