// SPDX-License-Identifier: Apache-2.0
//
// Has a helper look at the machine before it serves.
// Clean: waits for the helper. (A near miss of zombie_at_start.)
// Run: waits_for_helper PORT|PATH
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"

int main(int argc, char **argv) {
  (void)argc;
  pid_t helper = fork();
  if (helper == -1) fail("fork");
  if (helper == 0) _exit(0);
  waitpid(helper, NULL, 0);
  serve_at(argv[1]);
  return 0;
}
