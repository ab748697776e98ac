// SPDX-License-Identifier: Apache-2.0
//
// A server whose loop holds a lock on its state while it runs; SIGUSR1 counts in that state.
// Flaw: the handler takes the lock, which the thread that it interrupts holds: it hangs for good.
// Run: locks_in_handler PORT|PATH
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "line_server.h"

static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;
static unsigned signals;

static void count(int number) {
  (void)number;
  pthread_mutex_lock(&state);
  ++signals;
  pthread_mutex_unlock(&state);
}

int main(int argc, char **argv) {
  (void)argc;
  struct sigaction action = {.sa_handler = count};
  sigaction(SIGUSR1, &action, NULL);
  int listener = listen_at(argv[1]);
  pthread_mutex_lock(&state);
  serve(listener, (struct Service){0});
  pthread_mutex_unlock(&state);
  close(listener);
  return 0;
}
