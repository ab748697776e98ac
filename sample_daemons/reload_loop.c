// SPDX-License-Identifier: Apache-2.0
#include "reload_loop.h"

#include <stddef.h>

#include "stop_signals.h"

volatile sig_atomic_t is_to_end;
static volatile sig_atomic_t is_to_reload;

static void note(int number) {
  if (number == SIGHUP) {
    is_to_reload = 1;
  } else {
    is_to_end = 1;
  }
}

void reload_until_told(void (*configure)(void)) {
  static const int kSignals[] = {SIGHUP, SIGTERM, SIGINT};
  struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
  sigset_t ours, before;
  sigemptyset(&ours);
  for (size_t i = 0; i < sizeof kSignals / sizeof *kSignals; ++i) {
    sigaddset(&ours, kSignals[i]);
    sigaction(kSignals[i], &action, NULL);
  }
  sigprocmask(SIG_BLOCK, &ours, &before);
  say_ready();
  for (;;) {
    while (!is_to_reload && !is_to_end) sigsuspend(&before);
    if (!is_to_reload) return;
    is_to_reload = 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    configure();
    sigprocmask(SIG_BLOCK, &ours, NULL);
  }
}
