// SPDX-License-Identifier: Apache-2.0
//
// Unblocks its signals, waits with select(), blocks them again; its handlers do the work, as those
// of PostgreSQL 15 do. Clean: between the two nothing else happens, so that a handler interrupts
// nothing: there it may call what it likes. That of SIGTERM leaves a byte in a pipe, so that it
// ends a wait that had not begun. (A near miss of loses_sigterm and prints_in_handler.)
// Run: waits_in_select
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

#include "stop_signals.h"

static int ends[2];

static void say(const char *what) {
  char *note = malloc(100);
  if (note == NULL) return;
  snprintf(note, 100, "%s\n", what);
  fputs(note, stdout);
  fflush(stdout);
  free(note);
}

static void on_sighup(int signal) {
  (void)signal;
  say("reload");
}

static void on_sigterm(int signal) {
  (void)signal;
  say("end");
  (void)!write(ends[1], "", 1);
}

int main(void) {
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGTERM);
  sigaddset(&ours, SIGHUP);
  sigprocmask(SIG_BLOCK, &ours, NULL);
  signal(SIGTERM, on_sigterm);
  signal(SIGHUP, on_sighup);
  if (pipe(ends) != 0) return 1;
  say_ready();
  for (fd_set ended;;) {
    FD_ZERO(&ended);
    FD_SET(ends[0], &ended);
    sigprocmask(SIG_UNBLOCK, &ours, NULL);
    int count = select(ends[0] + 1, &ended, NULL, NULL, NULL);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    if (count > 0) return 0;
  }
}
