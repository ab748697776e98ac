// SPDX-License-Identifier: Apache-2.0
//
// Needs 4 MiB for each request.
// Clean: where there are none that client gets an error. (A near miss of aborts_without_memory.)
// Run: refuses_without_memory PORT|PATH
#include <stdlib.h>

#include "line_server.h"

static const char *work(const char *line) {
  (void)line;
  char *memory = malloc(4 << 20);
  if (memory == NULL) return "error\n";
  memory[0] = 1;
  free(memory);
  return "ok\n";
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_line = work});
  return 0;
}
