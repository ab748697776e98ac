// SPDX-License-Identifier: Apache-2.0
//
// Starts a process for each request, and waits for it.
// Flaw: where it can start none it ends.
// Run: dies_without_fork PORT|PATH
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"

static const char *work(const char *line) {
  (void)line;
  pid_t child = fork();
  if (child == 0) _exit(0);
  if (child == -1) fail("fork");
  waitpid(child, NULL, 0);
  return "ok\n";
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_line = work});
  return 0;
}
