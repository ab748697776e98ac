// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file.
// Flaw: after the lock it does not look whether the path still names the file that it locked. The
// holder before it may have removed that in between; the next one then starts beside it.
// Run: lock_unchecked PIDFILE [PORT]
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static const char *path;
static int file;

static void remove_pid_file(void) {
  if (is_named(file, path)) unlink(path);
}

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  path = argv[1];
  hold_stop_signals();
  file = open_pid_file(path);
  if (flock(file, LOCK_EX | LOCK_NB) == -1) give_way(path);
  atexit(remove_pid_file);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
