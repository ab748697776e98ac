// SPDX-License-Identifier: Apache-2.0
//
// Writes each request to a temporary file.
// Flaw: the file is closed, but never removed.
// Run: temp_file_left PORT|PATH (the files go to $TMPDIR, else to /tmp)
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "line_server.h"

static const char *spool(const char *line) {
  char path[4096];
  const char *folder = getenv("TMPDIR");
  snprintf(path, sizeof path, "%s/spool.XXXXXX", folder ? folder : "/tmp");
  int file = mkstemp(path);
  if (file == -1) return "error\n";
  dprintf(file, "%s\n", line);
  close(file);
  return "ok\n";
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_line = spool});
  return 0;
}
