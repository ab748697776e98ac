// SPDX-License-Identifier: Apache-2.0
//
// Puts itself in the background.
// Flaw: no setsid(2): it stays in the session of the terminal from which it was started, and goes
// when that is closed.
// Run: stays_in_session PORT|PATH
#include <unistd.h>

#include "daemonize.h"
#include "line_server.h"

int main(int argc, char **argv) {
  (void)argc;
  int listener = listen_at(argv[1]);
  pid_t child = fork();
  if (child == -1) fail("fork");
  if (child > 0) _exit(0);
  let_go_of_streams();
  serve(listener, (struct Service){0});
  close(listener);
  return 0;
}
