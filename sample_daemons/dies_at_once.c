// SPDX-License-Identifier: Apache-2.0
//
// Flaw: it ends with exit code 3 and says why.
// Run: dies_at_once
#include <stdio.h>

int main(void) {
  fprintf(stderr, "dies_at_once: cannot read /etc/dies_at_once.conf: No such file or directory\n");
  return 3;
}
