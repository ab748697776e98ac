// SPDX-License-Identifier: Apache-2.0
// 200 children, every other one in a session of its own, that wait for ever; prints a line when all
// are there.
#include <stdio.h>
#include <unistd.h>

int main(void) {
  for (int i = 0; i < 200; ++i) {
    if (fork() != 0) continue;
    if (i % 2 == 0) setsid();
    for (;;) pause();
  }
  puts("crowded");
  fflush(stdout);
  for (;;) pause();
}
