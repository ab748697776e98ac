// SPDX-License-Identifier: Apache-2.0
//
// A master and its workers, which share the listener. A worker ends after so many requests; the
// master starts another. Clean: the master reaps each worker that ended. (A near miss of
// child_zombie.) Run: prefork_reaps PORT|PATH [WORKERS=4] [REQUESTS=500]
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"

enum { kMostWorkers = 64 };
static pid_t workers[kMostWorkers];

static pid_t start_worker(int listener, unsigned long requests) {
  pid_t worker = fork();
  if (worker == -1) fail("fork");
  if (worker == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    serve(listener, (struct Service){.requests = requests});
    _exit(0);
  }
  return worker;
}

static void replace(pid_t ended, pid_t started) {
  for (int i = 0; i < kMostWorkers; ++i) {
    if (workers[i] == ended) workers[i] = started;
  }
}

int main(int argc, char **argv) {
  int listener = listen_at(argv[1]);
  unsigned long count = argument(argc, argv, 2, 4);
  unsigned long requests = argument(argc, argv, 3, 500);
  if (count > kMostWorkers) count = kMostWorkers;

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_SETMASK, &signals, NULL);
  for (unsigned long i = 0; i < count; ++i) workers[i] = start_worker(listener, requests);
  while (sigwaitinfo(&signals, NULL) != SIGTERM) {
    pid_t ended;  // One SIGCHLD may stand for several children.
    while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
      replace(ended, start_worker(listener, requests));
  }

  for (unsigned long i = 0; i < count; ++i) {
    kill(workers[i], SIGTERM);
    kill(workers[i], SIGCONT);  // One that is stopped hears it too.
  }
  while (wait(NULL) > 0) continue;
  return 0;
}
