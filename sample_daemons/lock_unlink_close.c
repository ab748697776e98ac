// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file.
// Flaw: at the end it closes the file, which unlocks it, and removes it then. Who locks in between
// loses its file to us, and the next one starts beside it. Here is some clean-up in between.
// Run: lock_unlink_close PIDFILE [PORT] [CLEANUP_MS=3]
#include <stdlib.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static const char *path;
static int file;
static unsigned long cleanup_ms;

static void remove_pid_file(void) {
  int is_ours = is_named(file, path);
  close(file);
  rest(cleanup_ms);
  if (is_ours) unlink(path);
}

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT] [CLEANUP_MS=3]");
  path = argv[1];
  cleanup_ms = argument(argc, argv, 3, 3);
  hold_stop_signals();
  file = lock_pid_file(path);
  if (file == -1) give_way(path);
  atexit(remove_pid_file);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
