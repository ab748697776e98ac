// SPDX-License-Identifier: Apache-2.0
//
// A master and a worker, which has its listener.
// Flaw: the worker is there before the PID file. Where that cannot be written the master says so
// and ends with 1, and the worker keeps the port. (lock_with_worker is its good twin.) Run:
// leaves_worker_behind_failure PIDFILE PORT|PATH
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 3) usage("PIDFILE PORT|PATH");
  hold_stop_signals();
  int listener = listen_at(argv[2]);
  pid_t worker = fork();
  if (worker == -1) fail("fork");
  if (worker == 0) {
    serve(listener, (struct Service){0});
    _exit(0);
  }
  hold_pid_file(argv[1]);
  while (!stop_signal_comes_within(1000)) continue;
  kill(worker, SIGTERM);
  waitpid(worker, NULL, 0);
  return 0;
}
