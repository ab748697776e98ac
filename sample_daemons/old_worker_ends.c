// SPDX-License-Identifier: Apache-2.0
//
// A master whose worker serves. At SIGHUP it starts another one, with the new configuration.
// Clean: the old worker is told to end, and waited for. (A near miss of old_worker_stays.)
// Run: old_worker_ends PORT|PATH; kill -HUP PID
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"

static pid_t start_worker(int listener) {
  pid_t worker = fork();
  if (worker == -1) fail("fork");
  if (worker == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    serve(listener, (struct Service){0});
    _exit(0);
  }
  return worker;
}

int main(int argc, char **argv) {
  (void)argc;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  int listener = listen_at(argv[1]);
  pid_t worker = start_worker(listener);
  while (sigwaitinfo(&signals, NULL) != SIGTERM) {
    pid_t old = worker;
    worker = start_worker(listener);
    kill(old, SIGTERM);
    waitpid(old, NULL, 0);
  }
  signal(SIGTERM, SIG_IGN);
  kill(0, SIGTERM);
  while (wait(NULL) > 0) continue;
  return 0;
}
