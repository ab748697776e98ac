// SPDX-License-Identifier: Apache-2.0
// Ignores every signal that can be ignored, and prints a line when it does.
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_IGN);
  puts("ignoring");
  fflush(stdout);
  for (;;) pause();
}
