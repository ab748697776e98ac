// SPDX-License-Identifier: Apache-2.0
//
// One instance, held by a PID file; at SIGHUP it looks into that file.
// Clean: the lock is one of flock(2), which no close(2) elsewhere gives up. (A near miss of
// reload_loses_lock.)
// Run: reload_keeps_lock PIDFILE PORT|PATH
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static const char *path;

static void reload(void) { read_pid(path); }

int main(int argc, char **argv) {
  if (argc < 3) usage("PIDFILE PORT|PATH");
  path = argv[1];
  hold_stop_signals();
  hold_sighup();
  hold_pid_file(path);
  int listener = listen_at(argv[2]);
  serve(listener, (struct Service){.on_sighup = reload});
  close(listener);
  return 0;
}
