// SPDX-License-Identifier: Apache-2.0
//
// A master, and a worker that serves. The master ends the worker and then itself.
// Flaw: the worker does not notice when the master is killed, and keeps the port.
// Run: worker_outlives_master PORT|PATH
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  (void)argc;
  hold_stop_signals();
  int listener = listen_at(argv[1]);
  pid_t worker = fork();
  if (worker == -1) fail("fork");
  if (worker == 0) {
    serve(listener, (struct Service){0});
    _exit(0);
  }
  wait_for_stop_signal();
  kill(worker, SIGTERM);
  kill(worker, SIGCONT);
  waitpid(worker, NULL, 0);
  return 0;
}
