// SPDX-License-Identifier: Apache-2.0
//
// A daemon by the book: double fork, session of its own, PID file.
// Clean: the PID file is locked and written by the daemon itself, after the forks; the first
// process ends with 0 only when the daemon listens, else with 1; at the end the PID file goes while
// it is still locked. Run: double_fork PORT|PATH PIDFILE
#include <unistd.h>

#include "daemonize.h"
#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc != 3) usage("PORT|PATH PIDFILE");
  hold_stop_signals();
  daemonize();
  hold_pid_file(argv[2]);
  int listener = listen_at(argv[1]);
  report_ready();
  serve(listener, (struct Service){0});
  close(listener);
  return 0;
}
