// SPDX-License-Identifier: Apache-2.0
//
// Flaw: it aborts before it listens.
// Run: crashes_at_start
#include <stdlib.h>

static void read_configuration(const char *path) {
  if (path == NULL) abort();
}

int main(int argc, char **argv) {
  read_configuration(argv[argc]);
  return 0;
}
