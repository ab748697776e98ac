// SPDX-License-Identifier: Apache-2.0
//
// Makes its PID file with O_EXCL: who cannot make it does not start.
// Flaw: the file is the lock, and outlives a crash: after SIGKILL the daemon never starts again.
// Run: lock_excl_file PIDFILE [PORT]
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  int file = open(argv[1], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file == -1 && errno == EEXIST) give_way(argv[1]);
  if (file == -1) fail(argv[1]);
  remove_at_exit(file, argv[1]);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
