// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file.
// Flaw: the file is still there when the daemon has ended, and names a process that is not.
// Run: lock_leaves_pid_file PIDFILE [PORT]
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  int file = lock_pid_file(argv[1]);
  if (file == -1) give_way(argv[1]);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
