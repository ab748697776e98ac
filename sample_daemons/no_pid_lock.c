// SPDX-License-Identifier: Apache-2.0
//
// Writes its pid to a file.
// Flaw: nothing locks the file, so any number of instances run.
// Run: no_pid_lock PIDFILE [PORT]
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  int file = open_pid_file(argv[1]);
  remove_at_exit(file, argv[1]);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
