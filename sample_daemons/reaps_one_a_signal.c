// SPDX-License-Identifier: Apache-2.0
//
// A master and its workers, which share the listener; a worker that ends is replaced.
// Flaw: reaps one child a SIGCHLD. Of several that die together, which one signal tells, the others
// stay zombies, and are not replaced.
// Run: reaps_one_a_signal PORT|PATH [WORKERS=4]
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"

enum { kMostWorkers = 64 };
static pid_t workers[kMostWorkers];

static pid_t start_worker(int listener) {
  pid_t worker = fork();
  if (worker == -1) fail("fork");
  if (worker == 0) {
    serve(listener, (struct Service){0});
    _exit(0);
  }
  return worker;
}

static void replace(pid_t ended, int listener) {
  for (int i = 0; i < kMostWorkers; ++i) {
    if (workers[i] == ended) workers[i] = start_worker(listener);
  }
}

int main(int argc, char **argv) {
  int listener = listen_at(argv[1]);
  unsigned long count = argument(argc, argv, 2, 4);
  if (count > kMostWorkers) count = kMostWorkers;

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_SETMASK, &signals, NULL);
  for (unsigned long i = 0; i < count; ++i) workers[i] = start_worker(listener);
  while (sigwaitinfo(&signals, NULL) != SIGTERM) {
    pid_t ended = waitpid(-1, NULL, WNOHANG);
    if (ended > 0) replace(ended, listener);
  }

  for (unsigned long i = 0; i < count; ++i) kill(workers[i], SIGTERM);
  while (wait(NULL) > 0) continue;
  return 0;
}
