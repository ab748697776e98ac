// SPDX-License-Identifier: Apache-2.0
//
// Work of one kind, and what it cost: prints nanoseconds of CPU time for each operation, or for
// `hold` the bytes that the process has resident.
//   agent_load storm|loop|open|mmap THREADS OPERATIONS
//   agent_load hold BYTES BLOCKS
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { kHeld = 1000, kMostThreads = 64 };

static long operations;

// Blocks of 16 to 1 039 bytes, a thousand at a time, replaced at random.
static void storm(void) {
  char *held[kHeld] = {NULL};
  uint32_t random = 1;
  for (long i = 0; i < operations; ++i) {
    random = random * 1664525u + 1013904223u;
    char **place = &held[(random >> 8) % kHeld];
    free(*place);
    *place = malloc(16 + (random >> 20) % 1024);
    if (*place == NULL) abort();
    **place = 'x';
  }
  for (int i = 0; i < kHeld; ++i) free(held[i]);
}

// The shortest there is: each block is freed at once.
static void loop(void) {
  for (long i = 0; i < operations; ++i) {
    void *volatile block = malloc(64);
    free(block);
  }
}

static void open_and_close(void) {
  for (long i = 0; i < operations; ++i) close(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static void map_and_unmap(void) {
  for (long i = 0; i < operations; ++i)
    munmap(mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 65536);
}

static double cpu_nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void (*work)(void);
static double spent[kMostThreads];

static void *run(void *argument) {
  const double before = cpu_nanoseconds(CLOCK_THREAD_CPUTIME_ID);
  work();
  *(double *)argument = cpu_nanoseconds(CLOCK_THREAD_CPUTIME_ID) - before;
  return NULL;
}

static double run_threads(int threads) {
  if (threads == 1) {  // A process that never had a second thread.
    run(&spent[0]);
    return spent[0] / (double)operations;
  }
  pthread_t running[kMostThreads];
  double sum = 0;
  for (int i = 0; i < threads; ++i) pthread_create(&running[i], NULL, run, &spent[i]);
  for (int i = 0; i < threads; ++i) pthread_join(running[i], NULL);
  for (int i = 0; i < threads; ++i) sum += spent[i];
  return sum / (double)operations / threads;
}

static double hold(size_t bytes) {
  for (long i = 0; i < operations; ++i) {
    char *volatile block = malloc(bytes);
    *block = 'x';
  }
  char line[256];
  double kilobytes = 0;
  FILE *status = fopen("/proc/self/status", "r");
  if (status == NULL) return 0;
  while (fgets(line, sizeof line, status) != NULL)
    if (sscanf(line, "RssAnon: %lf", &kilobytes) == 1) break;
  fclose(status);
  return kilobytes * 1024;
}

int main(int argument_count, char **arguments) {
  if (argument_count != 4) return 2;
  operations = atol(arguments[3]);
  if (strcmp(arguments[1], "hold") == 0)
    return printf("%.1f\n", hold((size_t)atol(arguments[2]))) < 0;
  const int threads = atoi(arguments[2]);
  if (threads < 1 || threads > kMostThreads || operations < 1) return 2;
  static const struct {
    const char *name;
    void (*work)(void);
  } works[] = {{"storm", storm}, {"loop", loop}, {"open", open_and_close}, {"mmap", map_and_unmap}};
  for (size_t i = 0; i < sizeof works / sizeof works[0]; ++i)
    if (strcmp(arguments[1], works[i].name) == 0) work = works[i].work;
  if (work == NULL) return 2;
  return printf("%.1f\n", run_threads(threads)) < 0;
}
