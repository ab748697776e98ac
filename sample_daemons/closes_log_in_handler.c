// SPDX-License-Identifier: Apache-2.0
//
// Logs, and lets go of its log at SIGHUP, so that it is opened anew.
// Flaw: with closelog() in the handler, which takes the lock of syslog().
// Run: closes_log_in_handler
#include <signal.h>
#include <syslog.h>

#include "stop_signals.h"

static void on_sighup(int signal) {
  (void)signal;
  closelog();
}

int main(void) {
  hold_stop_signals();
  openlog("sample", LOG_PID, LOG_DAEMON);
  signal(SIGHUP, on_sighup);
  wait_for_stop_signal();
  return 0;
}
