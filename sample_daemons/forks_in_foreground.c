// SPDX-License-Identifier: Apache-2.0
//
// Is told to stay in the foreground.
// Flaw: forks all the same. Its supervisor sees it end, and starts the next one.
// Run: forks_in_foreground PORT|PATH --foreground
#include <unistd.h>

#include "line_server.h"

int main(int argc, char **argv) {
  (void)argc;
  int listener = listen_at(argv[1]);
  pid_t child = fork();
  if (child == -1) fail("fork");
  if (child > 0) _exit(0);
  serve(listener, (struct Service){0});
  return 0;
}
