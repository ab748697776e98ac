// SPDX-License-Identifier: Apache-2.0
//
// Eight threads allocate, resize and free at random, a million calls in all, while threads fork, a
// timer's signal handler opens, closes and forks, and children allocate, free and exec. Then prints
// its own account of what it holds, `BLOCKS BYTES`, and waits for the end of standard input.
#define _GNU_SOURCE
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kThreads = 8, kCalls = 125000, kHeld = 1000, kCallsPerFork = 5000, kMostBytes = 2000 };

struct Held {
  void *block;
  size_t bytes;
};
static struct Held held[kThreads][kHeld];
static atomic_long handled;

static void handle(int signal) {
  (void)signal;
  const int fd = open("/dev/null", O_RDONLY);
  close(fd);
  if (atomic_fetch_add(&handled, 1) % 16 == 0) {
    const pid_t child = _Fork();  // fork() hangs in glibc where it interrupts itself.
    if (child == 0) {
      close(open("/dev/null", O_RDONLY));
      _exit(0);
    }
    if (child > 0) waitpid(child, NULL, 0);
  }
}

static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static void change(struct Held *place, uint32_t *random) {
  const uint32_t most = next_random(random) % 32 == 0 ? 100 * kMostBytes : kMostBytes;
  const size_t bytes = next_random(random) % most + 1;
  switch (next_random(random) % 4) {
    case 0:
      free(place->block);
      *place = (struct Held){NULL, 0};
      break;
    case 1:
      place->block = realloc(place->block, bytes);
      place->bytes = bytes;
      break;
    case 2:
      free(place->block);
      *place = (struct Held){calloc(1, bytes), bytes};
      break;
    default:
      free(place->block);
      *place = (struct Held){malloc(bytes), bytes};
  }
}

static void run_child(struct Held *mine, uint32_t random) {
  for (int i = 0; i < 100; ++i) change(&mine[next_random(&random) % kHeld], &random);
  if (random % 2 == 0) execl("/bin/true", "true", (char *)NULL);
  _exit(0);
}

static void *run(void *argument) {
  struct Held *mine = argument;
  uint32_t random = (uint32_t)((uintptr_t)(mine - held[0]) + 1);
  for (int i = 1; i <= kCalls; ++i) {
    change(&mine[next_random(&random) % kHeld], &random);
    if (i % kCallsPerFork != 0) continue;
    const pid_t child = fork();
    if (child == 0) run_child(mine, random);
    if (child > 0) waitpid(child, NULL, 0);
  }
  return NULL;
}

static void start_timer(long microseconds) {
  const struct itimerval every = {{0, microseconds}, {0, microseconds}};
  setitimer(ITIMER_REAL, &every, NULL);
}

int main(void) {
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  start_timer(1000);
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) pthread_create(&threads[i], NULL, run, held[i]);
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  start_timer(0);
  long blocks = 0, bytes = 0;
  for (int i = 0; i < kThreads; ++i) {
    for (int j = 0; j < kHeld; ++j) {
      blocks += held[i][j].block != NULL;
      bytes += (long)held[i][j].bytes;
    }
  }
  char line[64];
  const int size = snprintf(line, sizeof line, "%ld %ld\n", blocks, bytes);
  if (write(1, line, (size_t)size) != size) return 1;
  while (read(0, line, sizeof line) > 0) {
  }
  return atomic_load(&handled) > 0 ? 0 : 1;
}
