// SPDX-License-Identifier: Apache-2.0
//
// Keeps a record, and prints a line for each request.
// Clean: before it opens anything, each standard stream that is closed becomes /dev/null. (A near
// miss of prints_into_its_data.)
// Run: guards_std_fds PORT|PATH DATAFILE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "line_server.h"

static const char *tell(const char *line) {
  printf("asked: %s\n", line);
  fflush(stdout);
  return "ok\n";
}

int main(int argc, char **argv) {
  if (argc < 3) usage("PORT|PATH DATAFILE");
  guard_std_fds();
  int data = open(argv[2], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (data == -1) fail(argv[2]);
  int listener = listen_at(argv[1]);
  serve(listener, (struct Service){.on_line = tell});
  close(data);
  close(listener);
  return 0;
}
