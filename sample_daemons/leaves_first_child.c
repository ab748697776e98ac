// SPDX-License-Identifier: Apache-2.0
//
// A server that lets a child do something at its start.
// Flaw: never waits for it: a zombie for as long as the server runs. (Nothing grows.)
// Run: leaves_first_child PORT|PATH
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"

int main(int argc, char **argv) {
  (void)argc;
  int listener = listen_at(argv[1]);
  pid_t child = fork();
  if (child == -1) fail("fork");
  if (child == 0) _exit(0);
  serve(listener, (struct Service){0});
  close(listener);
  return 0;
}
