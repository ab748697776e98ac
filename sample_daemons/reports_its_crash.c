// SPDX-License-Identifier: Apache-2.0
//
// Says so when it crashes.
// Clean: the handler calls write(2), which is safe there, puts the default action back and raises
// the signal again. (A near miss of hangs_in_crash_handler and exits_0_on_crash.)
// Run: reports_its_crash
#include <signal.h>
#include <unistd.h>

#include "stop_signals.h"

static void report(int number) {
  static const char kText[] = "crashed\n";
  if (write(STDERR_FILENO, kText, sizeof kText - 1) == -1) _exit(1);
  signal(number, SIG_DFL);
  raise(number);
}

int main(void) {
  hold_stop_signals();
  signal(SIGSEGV, report);
  signal(SIGABRT, report);
  wait_for_stop_signal();
  return 0;
}
