// SPDX-License-Identifier: Apache-2.0
//
// Puts itself in the background.
// Flaw: the process that was started ends with 0 before there is anything to report: where the port
// is taken, nobody but the log hears of it.
// Run: reports_success_first PORT|PATH
#include <unistd.h>

#include "daemonize.h"
#include "line_server.h"

int main(int argc, char **argv) {
  (void)argc;
  pid_t child = fork();
  if (child == -1) fail("fork");
  if (child > 0) _exit(0);
  setsid();
  let_go_of_streams();
  serve_at(argv[1]);
  return 0;
}
