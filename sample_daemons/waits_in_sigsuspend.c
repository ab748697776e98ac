// SPDX-License-Identifier: Apache-2.0
//
// Waits with sigsuspend() until the handler of SIGTERM has set a flag, and prints in that of
// SIGHUP. Clean: both signals are blocked but for the wait, so that none comes between the test of
// the flag and the wait, and a handler interrupts nothing: there it may call what it likes. (A near
// miss of loses_sigterm and prints_in_handler.) Run: waits_in_sigsuspend
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "stop_signals.h"

static volatile sig_atomic_t is_terminated = 0;

static void on_sigterm(int signal) {
  (void)signal;
  is_terminated = 1;
}

static void on_sighup(int signal) {
  char *note = malloc(100);
  if (note == NULL) return;
  snprintf(note, 100, "signal %d\n", signal);
  fputs(note, stdout);
  fflush(stdout);
  free(note);
}

int main(void) {
  sigset_t held, open;
  sigemptyset(&held);
  sigaddset(&held, SIGTERM);
  sigaddset(&held, SIGHUP);
  sigprocmask(SIG_BLOCK, &held, &open);
  signal(SIGTERM, on_sigterm);
  signal(SIGHUP, on_sighup);
  say_ready();
  while (!is_terminated) sigsuspend(&open);
  return 0;
}
