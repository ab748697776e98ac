// SPDX-License-Identifier: Apache-2.0
//
// A server that lets a child do something at its start and after each request.
// Clean: waits for children that have ended whenever there is something else to do: the last one is
// a zombie until then. (A near miss of leaves_first_child.)
// Run: reaps_at_next_request PORT|PATH
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"

static void let_child_work(void) {
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
  pid_t child = fork();
  if (child == -1) fail("fork");
  if (child == 0) _exit(0);
}

static const char *work(const char *line) {
  (void)line;
  let_child_work();
  return "ok\n";
}

int main(int argc, char **argv) {
  (void)argc;
  int listener = listen_at(argv[1]);
  let_child_work();
  serve(listener, (struct Service){.on_line = work});
  close(listener);
  return 0;
}
