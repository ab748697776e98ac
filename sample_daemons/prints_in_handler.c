// SPDX-License-Identifier: Apache-2.0
//
// Reports in the handler of SIGHUP.
// Flaw: with malloc() and printf(). A SIGHUP that interrupts either finds the heap half changed, or
// waits for a lock that only what it interrupted can give back.
// Run: prints_in_handler
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "stop_signals.h"

static void on_sighup(int signal) {
  char *note = malloc(100);
  if (note == NULL) return;
  snprintf(note, 100, "signal %d", signal);
  printf("%s\n", note);
  fflush(stdout);
  free(note);
}

int main(void) {
  hold_stop_signals();
  signal(SIGHUP, on_sighup);
  wait_for_stop_signal();
  return 0;
}
