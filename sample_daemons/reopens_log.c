// SPDX-License-Identifier: Apache-2.0
//
// Logs each request, and reads its configuration again at SIGHUP.
// Clean: opens its log anew then, and closes the old one. (A near miss of keeps_rotated_log.)
// Run: reopens_log PORT|PATH LOG; kill -HUP PID
#include <fcntl.h>
#include <unistd.h>

#include "line_server.h"

static const char *path;
static int log_file = -1;

static void open_log(void) {
  log_file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (log_file == -1) fail(path);
}

static const char *log_line(const char *line) {
  (void)line;
  if (write(log_file, "asked\n", 6) != 6) return "error\n";
  return "ok\n";
}

static void reload(void) {
  close(log_file);
  open_log();
}

int main(int argc, char **argv) {
  if (argc < 3) usage("PORT|PATH LOG");
  path = argv[2];
  hold_sighup();
  open_log();
  serve(listen_at(argv[1]), (struct Service){.on_line = log_line, .on_sighup = reload});
  close(log_file);
  return 0;
}
