// SPDX-License-Identifier: Apache-2.0
//
// Keeps a record, and prints a line for each request.
// Flaw: started with closed standard streams, its record gets the number of one of them, and what
// it prints lands there. Run: prints_into_its_data PORT|PATH DATAFILE
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
  int index = open(argv[2], O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
  int data = open(argv[2], O_RDWR | O_APPEND | O_CLOEXEC);
  if (index == -1 || data == -1) fail(argv[2]);
  int listener = listen_at(argv[1]);
  serve(listener, (struct Service){.on_line = tell});
  close(index);
  close(data);
  close(listener);
  return 0;
}
