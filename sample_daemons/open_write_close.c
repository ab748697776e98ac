// SPDX-License-Identifier: Apache-2.0
//
// Logs each request: opens the log, appends a line, closes it.
// Clean: what is opened is closed.
// Run: open_write_close PORT|PATH [LOG=$TMPDIR/data.log]
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "line_server.h"

static char log_path[4096];

static const char *log_line(const char *line) {
  int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log == -1) return "error\n";
  dprintf(log, "%s\n", line);
  close(log);
  return "ok\n";
}

int main(int argc, char **argv) {
  const char *folder = getenv("TMPDIR");
  if (argc > 2) {
    snprintf(log_path, sizeof log_path, "%s", argv[2]);
  } else {
    snprintf(log_path, sizeof log_path, "%s/data.log", folder ? folder : "/tmp");
  }
  serve(listen_at(argv[1]), (struct Service){.on_line = log_line});
  return 0;
}
