// SPDX-License-Identifier: Apache-2.0
//
// Reads the pid in its PID file and starts where no such process is alive.
// Flaw: kill(pid, 0) instead of a lock. After a crash the pid belongs to whoever got it next, and
// the daemon never starts again; two that look at the same time both start.
// Run: lock_kill0 PIDFILE [PORT]
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static int is_alive(pid_t pid) { return kill(pid, 0) == 0 || errno == EPERM; }

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  pid_t holder = read_pid(argv[1]);
  if (holder > 0 && is_alive(holder)) give_way(argv[1]);
  int file = open_pid_file(argv[1]);
  remove_at_exit(file, argv[1]);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
