// SPDX-License-Identifier: Apache-2.0
//
// Loses a hundred blocks when it starts, and one more at every SIGHUP.
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void *volatile held;

__attribute__((noinline)) static void lose_at_start(void) {
  held = malloc(100);  // in lose_at_start
  held = NULL;
}

__attribute__((noinline)) static void lose_at_work(void) {
  held = malloc(40);  // in lose_at_work
  held = NULL;
}

int main(void) {
  sigset_t hup;
  sigemptyset(&hup);
  sigaddset(&hup, SIGHUP);
  sigprocmask(SIG_BLOCK, &hup, NULL);
  for (int i = 0; i < 100; ++i) lose_at_start();
  for (;;) {
    int signal = 0;
    sigwait(&hup, &signal);
    lose_at_work();
  }
}
