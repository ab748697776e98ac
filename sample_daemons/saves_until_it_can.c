// SPDX-License-Identifier: Apache-2.0
//
// Saves 64 KiB of state in its folder at the end.
// Flaw: it tries until it can: on a full disk it never ends. With a second argument it gives up
// after a try, and says so.
// Run: saves_until_it_can FILE [TRIES=0] (0: any number)
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

static char state[65536];

static int save(const char *path) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file == -1) return 0;
  ssize_t written = write(file, state, sizeof state);
  close(file);
  return written == (ssize_t)sizeof state;
}

int main(int argc, char **argv) {
  if (argc < 2) usage("FILE [TRIES]");
  hold_stop_signals();
  unsigned long tries = argument(argc, argv, 2, 0);
  wait_for_stop_signal();
  while (!save(argv[1])) {
    if (tries != 0 && --tries == 0) {
      fprintf(stderr, "%s: its state is not saved\n", argv[1]);
      return 1;
    }
    rest(20);
  }
  return 0;
}
