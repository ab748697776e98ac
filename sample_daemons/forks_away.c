// SPDX-License-Identifier: Apache-2.0
//
// Says that it failed (exit code 1), but leaves a process behind.
// Flaw: what it leaves has a session of its own, was forked twice, ignores SIGTERM and SIGHUP, and
// stays (ten minutes, should nobody end it). Run: forks_away
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "line_server.h"

int main(void) {
  pid_t child = fork();
  if (child == -1) fail("fork");
  if (child > 0) {
    fprintf(stderr, "forks_away: cannot start\n");
    return 1;
  }
  setsid();
  if (fork() != 0) _exit(0);
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  alarm(600);
  for (;;) pause();
}
