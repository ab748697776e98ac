// SPDX-License-Identifier: Apache-2.0
//
// Copies each request into a buffer of its own.
// Flaw: nobody frees the buffer, and nothing points to it any more.
// Run: heap_malloc_without_free PORT|PATH [BYTES=64]
#include <stdio.h>
#include <stdlib.h>

#include "line_server.h"

static unsigned long bytes;

static const char *copy_line(const char *line) {
  char *copy = malloc(bytes);
  if (copy == NULL) return "error\n";
  snprintf(copy, bytes, "%-*s", (int)bytes - 1, line);  // Padded: all of it is written.
  return "ok\n";
}

int main(int argc, char **argv) {
  int listener = listen_at(argv[1]);
  bytes = argument(argc, argv, 2, 64);
  serve(listener, (struct Service){.on_line = copy_line});
  return 0;
}
