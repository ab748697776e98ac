// SPDX-License-Identifier: Apache-2.0
//
// Notes each thousandth request in a buffer of 16 bytes.
// Flaw: nobody frees the buffer. All other requests leak nothing.
// Run: heap_leaks_rarely PORT|PATH [EVERY=1000]
#include <stdio.h>
#include <stdlib.h>

#include "line_server.h"

static unsigned long every, requests = 0;

static const char *note(const char *line) {
  if (++requests % every != 0) return "ok\n";
  char *copy = malloc(16);
  if (copy == NULL) return "error\n";
  snprintf(copy, 16, "%s", line);
  return "ok\n";
}

int main(int argc, char **argv) {
  int listener = listen_at(argv[1]);
  every = argument(argc, argv, 2, 1000);
  serve(listener, (struct Service){.on_line = note});
  return 0;
}
