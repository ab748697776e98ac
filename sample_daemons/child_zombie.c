// SPDX-License-Identifier: Apache-2.0
//
// Forks a child for each request; the child ends at once.
// Flaw: nobody waits for it; it stays in the process table as a zombie. (It answers "error" rather
// than keep more than 10 000, since a full process table would stop the whole machine.) Run:
// child_zombie PORT|PATH
#include <unistd.h>

#include "line_server.h"

static const char *on_line(const char *line) {
  (void)line;
  static int zombies = 0;
  if (zombies == 10000) return "error\n";
  pid_t child = fork();
  if (child == -1) return "error\n";
  if (child == 0) _exit(0);
  ++zombies;
  return "ok\n";
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_line = on_line});
  return 0;
}
