// SPDX-License-Identifier: Apache-2.0
//
// Writes down at the end that it has ended.
// Flaw: it opens the file only then, and tries until it can: out of descriptors it never ends.
// Run: opens_in_shutdown FILE
#include <fcntl.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 2) usage("FILE");
  hold_stop_signals();
  wait_for_stop_signal();
  int file;
  while ((file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) == -1) rest(10);
  return write(file, "ended\n", 6) == 6 ? 0 : 1;
}
