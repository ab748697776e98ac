// SPDX-License-Identifier: Apache-2.0
//
// One instance, held by a PID file; each request is answered with the pid that is in that file.
// Clean: the lock is one of flock(2), which no close(2) elsewhere gives up. (A near miss of
// lock_lost_by_reading.)
// Run: lock_kept_by_reading PIDFILE PORT|PATH
#include <stdio.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static const char *path;

static const char *tell_pid(const char *line) {
  static char answer[32];
  (void)line;
  snprintf(answer, sizeof answer, "%d\n", read_pid(path));
  return answer;
}

int main(int argc, char **argv) {
  if (argc < 3) usage("PIDFILE PORT|PATH");
  path = argv[1];
  hold_stop_signals();
  hold_pid_file(path);
  int listener = listen_at(argv[2]);
  serve(listener, (struct Service){.on_line = tell_pid});
  close(listener);
  return 0;
}
