// SPDX-License-Identifier: Apache-2.0
//
// Writes a page for each request.
// Clean: where the disk is full that client gets an error, and the next one a new try. (A near miss
// of dies_on_full_disk.)
// Run: survives_full_disk PORT|PATH FILE
#include <fcntl.h>
#include <unistd.h>

#include "line_server.h"

static int data = -1;

static const char *record(const char *line) {
  static const char page[4096];
  (void)line;
  if (write(data, page, sizeof page) != sizeof page) return "error\n";
  return "ok\n";
}

int main(int argc, char **argv) {
  if (argc < 3) usage("PORT|PATH FILE");
  data = open(argv[2], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (data == -1) fail(argv[2]);
  serve(listen_at(argv[1]), (struct Service){.on_line = record});
  close(data);
  return 0;
}
