// SPDX-License-Identifier: Apache-2.0
// A process of the tests: its main thread ends, another lives on until it is killed. Holds what it
// inherits.
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

static void* live_on(void* nothing) {
  for (;;) pause();
  return nothing;
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, live_on, NULL) != 0) return 1;
  pthread_exit(NULL);
}
