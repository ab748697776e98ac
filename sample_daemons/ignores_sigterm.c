// SPDX-License-Identifier: Apache-2.0
//
// Serves, and goes on serving after SIGTERM.
// Flaw: only SIGKILL ends it.
// Run: ignores_sigterm PORT|PATH
#include "line_server.h"

int main(int argc, char **argv) {
  (void)argc;
  int listener = listen_at(argv[1]);
  for (;;) serve(listener, (struct Service){0});
}
