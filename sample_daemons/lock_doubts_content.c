// SPDX-License-Identifier: Apache-2.0
//
// One instance, held by a PID file; before it starts it looks who is named there, and says so.
// Clean: takes the content for a pid only if all of it is a number above 1, and leaves the decision
// to the lock. (A near miss of lock_believes_content.)
// Run: lock_doubts_content PIDFILE [PORT]
#include <stdio.h>
#include <stdlib.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static void tell_predecessor(const char *path) {
  char text[16] = "", *end = text;
  FILE *file = fopen(path, "re");
  if (file == NULL) return;
  long pid = fgets(text, sizeof text, file) != NULL ? strtol(text, &end, 10) : 0;
  fclose(file);
  if (pid > 1 && *end == '\n') fprintf(stderr, "%s: was that of pid %ld\n", path, pid);
}

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  tell_predecessor(argv[1]);
  hold_pid_file(argv[1]);
  serve_at(argv[2]);
  return 0;
}
