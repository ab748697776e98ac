// SPDX-License-Identifier: Apache-2.0
//
// A parent that watches over the worker that serves.
// Clean: when the worker is killed the parent ends too, and says how that ended, as a shell does.
// (A near miss of says_0_after_crash.)
// Run: passes_status_on PORT|PATH
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
  int status = 0;
  while (!stop_signal_comes_within(50)) {
    if (waitpid(worker, &status, WNOHANG) == worker)
      return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  kill(worker, SIGTERM);
  waitpid(worker, NULL, 0);
  return 0;
}
