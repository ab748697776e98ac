// SPDX-License-Identifier: Apache-2.0
//
// Puts itself in the background.
// Flaw: the process that was started ends as soon as it has forked; the daemon takes its port and
// its PID file START_MS later.
// Run: late_port_and_pid_file PIDFILE PORT|PATH [START_MS=100]
#include <unistd.h>

#include "daemonize.h"
#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static void go_to_the_background(void) {
  pid_t child = fork();
  if (child == -1) fail("fork");
  if (child > 0) _exit(0);
  setsid();
}

int main(int argc, char **argv) {
  if (argc < 3) usage("PIDFILE PORT|PATH [START_MS=100]");
  go_to_the_background();
  let_go_of_streams();
  rest(argument(argc, argv, 3, 100));
  hold_stop_signals();
  hold_pid_file(argv[1]);
  serve_at(argv[2]);
  return 0;
}
