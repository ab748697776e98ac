// SPDX-License-Identifier: Apache-2.0
//
// Puts itself in the background.
// Flaw: keeps the standard streams of who started it: `ssh host keeps_stdout` never returns.
// Run: keeps_stdout PORT|PATH
#include <unistd.h>

#include "line_server.h"

int main(int argc, char **argv) {
  (void)argc;
  int listener = listen_at(argv[1]);
  pid_t child = fork();
  if (child == -1) fail("fork");
  if (child > 0) _exit(0);
  setsid();
  serve(listener, (struct Service){0});
  close(listener);
  return 0;
}
