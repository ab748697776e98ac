// SPDX-License-Identifier: Apache-2.0
//
// An idle loop that ticks until SIGTERM sets a flag.
// Clean: SIGTERM is let in only while ppoll() waits, so that none is lost between the test of the
// flag and the wait; what a tick allocates it frees. Run: sigterm_flag [TICK_MS=1000]
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "line_server.h"

static volatile sig_atomic_t is_terminated = 0;

static void on_sigterm(int signal) {
  (void)signal;
  is_terminated = 1;
}

static void tick(void) {
  static unsigned long ticks = 0;
  char *report = malloc(100);
  if (report == NULL) fail("malloc");
  snprintf(report, 100, "tick %lu\n", ++ticks);
  free(report);
}

int main(int argc, char **argv) {
  unsigned long tick_ms = argument(argc, argv, 1, 1000);
  struct timespec period = {(time_t)(tick_ms / 1000), (long)(tick_ms % 1000) * 1000000};

  sigset_t blocked, open;
  sigemptyset(&open);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_SETMASK, &blocked, NULL);
  struct sigaction action = {.sa_handler = on_sigterm};
  sigaction(SIGTERM, &action, NULL);

  while (!is_terminated) {
    if (ppoll(NULL, 0, &period, &open) == 0) tick();
  }
  return 0;
}
