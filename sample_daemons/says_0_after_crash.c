// SPDX-License-Identifier: Apache-2.0
//
// A parent that watches over the worker that serves.
// Flaw: when the worker is killed the parent ends too, with 0: to its supervisor that is a stop.
// Run: says_0_after_crash PORT|PATH
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
  while (!stop_signal_comes_within(50)) {
    if (waitpid(worker, NULL, WNOHANG) == worker) return 0;
  }
  kill(worker, SIGTERM);
  waitpid(worker, NULL, 0);
  return 0;
}
