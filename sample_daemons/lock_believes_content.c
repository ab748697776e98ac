// SPDX-License-Identifier: Apache-2.0
//
// One instance, held by a PID file; before it starts it looks who is named there.
// Flaw: takes atoi(3) of any content for a pid. An empty file, as a full disk leaves it, is 0, and
// kill(0, 0) succeeds: it never starts again.
// Run: lock_believes_content PIDFILE [PORT]
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static int is_running(const char *path) {
  char text[32] = "";
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file == -1) return 0;
  ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  return size >= 0 && kill(atoi(text), 0) == 0;
}

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  if (is_running(argv[1])) give_way(argv[1]);
  hold_pid_file(argv[1]);
  serve_at(argv[2]);
  return 0;
}
