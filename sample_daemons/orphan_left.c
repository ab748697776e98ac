// SPDX-License-Identifier: Apache-2.0
//
// A main process and its worker.
// Flaw: on SIGTERM the main process ends and tells its worker nothing, which stays (ten minutes,
// should nobody end it). Run: orphan_left
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

int main(void) {
  hold_stop_signals();
  pid_t worker = fork();
  if (worker == -1) fail("fork");
  if (worker == 0) {
    let_stop_signals_through();
    alarm(600);
    for (;;) pause();
  }
  wait_for_stop_signal();
  return 0;
}
