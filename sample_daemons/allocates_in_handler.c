// SPDX-License-Identifier: Apache-2.0
//
// Keeps a note of each SIGHUP.
// Flaw: it allocates it in the handler: 256 KiB, for which malloc() asks the kernel.
// Run: allocates_in_handler
#include <signal.h>
#include <stdlib.h>

#include "stop_signals.h"

static void *volatile note = NULL;

static void on_sighup(int signal) {
  (void)signal;
  free(note);
  note = malloc(256 * 1024);
}

int main(void) {
  hold_stop_signals();
  signal(SIGHUP, on_sighup);
  wait_for_stop_signal();
  free(note);
  return 0;
}
