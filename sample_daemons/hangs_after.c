// SPDX-License-Identifier: Apache-2.0
//
// Answers lines.
// Flaw: at the next request after so many it waits for something that only its end brings. The
// process is there and the kernel takes connections, but nobody is answered.
// Run: hangs_after PORT|PATH [REQUESTS=100]
#include <stdlib.h>

#include "line_server.h"
#include "stop_signals.h"

static unsigned long requests;

static const char *answer(const char *line) {
  (void)line;
  if (requests-- > 0) return "ok\n";
  while (!stop_signal_comes_within(1000)) continue;
  exit(0);
}

int main(int argc, char **argv) {
  requests = argument(argc, argv, 2, 100);
  serve(listen_at(argv[1]), (struct Service){.on_line = answer});
  return 0;
}
