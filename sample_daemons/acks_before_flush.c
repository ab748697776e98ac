// SPDX-License-Identifier: Apache-2.0
//
// Appends each line to a file, and acknowledges it.
// Flaw: what it has acknowledged lies in the buffer of stdio until the end: SIGTERM flushes it,
// SIGKILL does not.
// Run: acks_before_flush PORT|PATH FILE
#include <stdio.h>

#include "line_server.h"

static FILE *records;

static const char *store(const char *line) {
  fprintf(records, "%s\n", line);
  return "ok\n";
}

int main(int argc, char **argv) {
  int listener = listen_at(argv[1]);
  records = argc > 2 ? fopen(argv[2], "ae") : NULL;
  if (records == NULL) usage("PORT|PATH FILE");
  serve(listener, (struct Service){.on_line = store});
  return fclose(records) == 0 ? 0 : 1;
}
