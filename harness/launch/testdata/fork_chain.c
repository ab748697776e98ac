// SPDX-License-Identifier: Apache-2.0
// A chain of processes for 2 s: each forks the next one, in a session of its own, and exits.
#include <time.h>
#include <unistd.h>

int main(void) {
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  do {
    if (fork() != 0) _exit(0);
    setsid();
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (now.tv_sec - start.tv_sec < 2);
  return 0;
}
