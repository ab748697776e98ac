// SPDX-License-Identifier: Apache-2.0
#pragma once

// For programs whose stacks the tests resolve: prints the return addresses of its callers, one a
// line after `stack`, or what is mapped, after `maps`.
#include <execinfo.h>
#include <stdio.h>

static __attribute__((noinline, unused)) void show_stack(void) {
  void *addresses[32];
  const int count = backtrace(addresses, 32);
  puts("stack");
  for (int i = 1; i < count; ++i) printf("%lx\n", (unsigned long)addresses[i]);
}

static __attribute__((unused)) void show_maps(void) {
  puts("maps");
  FILE *maps = fopen("/proc/self/maps", "r");
  for (int c; maps != NULL && (c = getc(maps)) != EOF;) putchar(c);
  if (maps != NULL) fclose(maps);
}

// Keeps a call from becoming a jump.
#define NOT_A_TAIL_CALL __asm__ volatile("")
