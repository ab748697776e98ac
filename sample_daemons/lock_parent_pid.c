// SPDX-License-Identifier: Apache-2.0
//
// Goes to the background, locks its PID file there, and writes a pid.
// Flaw: it is the pid of the process that was started, which has ended: whoever reads the file
// signals nobody, or a stranger. Run: lock_parent_pid PIDFILE [PORT]
#include <unistd.h>

#include "daemonize.h"
#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  pid_t pid = getpid();
  hold_stop_signals();
  daemonize();
  int file = lock_pid_file(argv[1]);
  if (file == -1) give_way(argv[1]);
  remove_at_exit(file, argv[1]);
  write_pid(file, pid);
  int listener = argc > 2 ? listen_at(argv[2]) : -1;
  report_ready();
  serve(listener, (struct Service){0});
  if (listener != -1) close(listener);
  return 0;
}
