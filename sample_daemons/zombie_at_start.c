// SPDX-License-Identifier: Apache-2.0
//
// Has a helper look at the machine before it serves.
// Flaw: nobody waits for the helper: a zombie stays beside the daemon.
// Run: zombie_at_start PORT|PATH
#include <unistd.h>

#include "line_server.h"

int main(int argc, char **argv) {
  (void)argc;
  pid_t helper = fork();
  if (helper == -1) fail("fork");
  if (helper == 0) {
    usleep(100000);  // It takes its time: the daemon serves before.
    _exit(0);
  }
  serve_at(argv[1]);
  return 0;
}
