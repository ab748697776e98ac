// SPDX-License-Identifier: Apache-2.0
//
// Counts under a lock, and reports the count when it crashes.
// Flaw: the handler of SIGSEGV and SIGABRT takes the lock that what it interrupted holds, and waits
// for ever: a crash looks like a daemon that runs.
// Run: hangs_in_crash_handler
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "stop_signals.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long rounds = 0;

static void report(int signal) {
  pthread_mutex_lock(&lock);
  fprintf(stderr, "signal %d after %lu rounds\n", signal, rounds);
  _exit(1);
}

int main(void) {
  hold_stop_signals();
  signal(SIGSEGV, report);
  signal(SIGABRT, report);
  say_ready();
  pthread_mutex_lock(&lock);
  while (!stop_signal_comes_within(1000)) ++rounds;
  pthread_mutex_unlock(&lock);
  return 0;
}
