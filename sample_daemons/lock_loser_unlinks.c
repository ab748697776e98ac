// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file.
// Flaw: an instance that finds it held clears up on its way out as if the file were its own: the
// next one makes a new file, and two run. Run: lock_loser_unlinks PIDFILE [PORT]
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
    unlink(argv[1]);
    return 1;
  }
  remove_at_exit(file, argv[1]);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
