// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file.
// Flaw: at the end it removes whatever the path names by then, another instance's file too.
// Run: lock_unlink_blind PIDFILE [PORT]
#include <stdlib.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static const char *path;

static void remove_pid_file(void) { unlink(path); }

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  path = argv[1];
  hold_stop_signals();
  int file = lock_pid_file(path);
  if (file == -1) give_way(path);
  atexit(remove_pid_file);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
