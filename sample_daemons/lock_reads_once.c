// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file.
// Flaw: an instance that finds it held reads the pid once. The holder may not have written it yet:
// then it says that the daemon runs as pid 0.
// Run: lock_reads_once PIDFILE [PORT]
#include <stdio.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static int read_once(const char *path) {
  int pid = 0;
  FILE *file = fopen(path, "re");
  if (file == NULL) return 0;
  if (fscanf(file, "%d", &pid) != 1) pid = 0;
  fclose(file);
  return pid;
}

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  int file = lock_pid_file(argv[1]);
  if (file == -1) {
    fprintf(stderr, "%s: already running as pid %d\n", argv[1], read_once(argv[1]));
    return 1;
  }
  remove_at_exit(file, argv[1]);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
