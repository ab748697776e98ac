// SPDX-License-Identifier: Apache-2.0
//
// One instance, held by a PID file.
// Flaw: does not look whether its pid could be written: on a full disk the file is empty, and it
// runs and says nothing.
// Run: lock_writes_unchecked PIDFILE [PORT]
#include <stdio.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  int file = lock_pid_file(argv[1]);
  if (file == -1) give_way(argv[1]);
  remove_at_exit(file, argv[1]);
  (void)!ftruncate(file, 0);
  dprintf(file, "%d\n", getpid());
  serve_at(argv[2]);
  return 0;
}
