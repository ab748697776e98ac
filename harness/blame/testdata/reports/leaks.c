// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int shared;

__attribute__((noinline)) static void *keep(unsigned long bytes) {
  void *block = malloc(bytes);
  memset(block, 1, bytes);
  return block;
}

__attribute__((noinline)) static void leak(void) {
  char **outer = keep(64);
  outer[0] = keep(32);
  outer = keep(8);
  outer[0] = 0;
}

static void *work(void *unused) {
  ++shared;
  return unused;
}

int main(int argc, char **argv) {
  pthread_t threads[2];
  const char what = argc > 1 ? argv[1][0] : 'l';
  if (what == 'l') {
    leak();
  } else if (what == 'o') {
    volatile char *block = malloc(4);
    block[4] = 1;
  } else if (what == 'f') {
    volatile char *block = malloc(4);
    free((void *)block);
    block[0] = 1;
  } else if (what == 'u') {
    volatile int most = 0x7fffffff;
    most = most + argc;
  } else if (what == 'r') {
    for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  } else if (what == 't') {
    pthread_create(&threads[0], NULL, work, NULL);
    for (volatile int i = 0; i < 100000000 && shared == 0; ++i) {
    }
  }
  return 0;
}
