// SPDX-License-Identifier: Apache-2.0
//
// Writes down at the end that it has ended.
// Clean: it opens the file when it starts. (A near miss of opens_in_shutdown.)
// Run: opened_for_shutdown FILE
#include <fcntl.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 2) usage("FILE");
  hold_stop_signals();
  int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file == -1) fail(argv[1]);
  wait_for_stop_signal();
  return write(file, "ended\n", 6) == 6 ? 0 : 1;
}
