// SPDX-License-Identifier: Apache-2.0
//
// Logs to its standard output, which stdio buffers where it is a file.
// Flaw: it leaves by _exit(2), which does not flush: the log ends in the middle of a line.
// Run: log_cut
#include <stdio.h>
#include <unistd.h>

#include "stop_signals.h"

int main(void) {
  hold_stop_signals();
  say_ready();
  for (int i = 0; i < 1000; ++i) printf("looked at item number %d, which is in order\n", i);
  while (!stop_signal_comes_within(1000)) continue;
  printf("ends\n");
  _exit(0);
}
