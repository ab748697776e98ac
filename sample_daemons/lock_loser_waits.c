// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file.
// Flaw: an instance that finds it held waits for the lock (F_SETLKW, or flock() without LOCK_NB):
// it neither serves nor ends. Run: lock_loser_waits PIDFILE [PORT]
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static void wait_for_the_holder(const char *path) {
  int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (file == -1) return;  // It has just gone.
  let_stop_signals_through();
  flock(file, LOCK_EX);
  hold_stop_signals();
  close(file);
}

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  int file;
  while ((file = lock_pid_file(argv[1])) == -1) wait_for_the_holder(argv[1]);
  remove_at_exit(file, argv[1]);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
