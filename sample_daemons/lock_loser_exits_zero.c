// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file.
// Flaw: an instance that finds it held says so, and ends with 0: whoever started it believes that
// it runs. Run: lock_loser_exits_zero PIDFILE [PORT]
#include <stdio.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  int file = lock_pid_file(argv[1]);
  if (file == -1) {
    fprintf(stderr, "%s: already running as pid %d\n", argv[1], read_pid(argv[1]));
    return 0;
  }
  remove_at_exit(file, argv[1]);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
