// SPDX-License-Identifier: Apache-2.0
//
// Serves REQUESTS requests.
// Flaw: the next one aborts it.
// Run: crashes_after PORT|PATH [REQUESTS=100]
#include <stdlib.h>

#include "line_server.h"

static unsigned long requests;

static const char *on_line(const char *line) {
  (void)line;
  if (requests-- == 0) abort();
  return "ok\n";
}

int main(int argc, char **argv) {
  int listener = listen_at(argv[1]);
  requests = argument(argc, argv, 2, 100);
  serve(listener, (struct Service){.on_line = on_line});
  return 0;
}
