// SPDX-License-Identifier: Apache-2.0
#include "stop_signals.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

static sigset_t stop_signals(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

void hold_stop_signals(void) {
  sigset_t signals = stop_signals();
  sigprocmask(SIG_BLOCK, &signals, NULL);
}

void let_stop_signals_through(void) {
  sigset_t signals = stop_signals();
  sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

void say_ready(void) {
  puts("ready");
  fflush(stdout);
}

void wait_for_stop_signal(void) {
  say_ready();
  sigset_t signals = stop_signals();
  while (sigwaitinfo(&signals, NULL) == -1) continue;  // EINTR: stopped and continued.
}

static struct timespec time_of(unsigned long milliseconds) {
  return (struct timespec){(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
}

int stop_signal_comes_within(unsigned long milliseconds) {
  sigset_t signals = stop_signals();
  struct timespec limit = time_of(milliseconds);
  return sigtimedwait(&signals, NULL, &limit) != -1;
}

// Of CPU time: on a busy machine it takes longer.
void use_cpu(unsigned long milliseconds) {
  struct timespec used;
  unsigned long begin = 0, now;
  do {
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    now = (unsigned long)used.tv_sec * 1000 + (unsigned long)used.tv_nsec / 1000000;
    if (begin == 0) begin = now + 1;  // The millisecond that has begun does not count.
  } while (now < begin + milliseconds);
}

void rest(unsigned long milliseconds) {
  struct timespec left = time_of(milliseconds);
  while (nanosleep(&left, &left) == -1) continue;
}
