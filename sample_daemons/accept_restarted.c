// SPDX-License-Identifier: Apache-2.0
//
// Answers one client after another, with a flag that SIGTERM sets.
// Flaw: signal(3) installs the handler with SA_RESTART, so that accept(2) goes on waiting: who
// looks at the flag is the next client. Run: accept_restarted PORT|PATH
#include <fcntl.h>
#include <signal.h>

#include "line_server.h"

static volatile sig_atomic_t is_over;

static void tell(int number) {
  (void)number;
  is_over = 1;
}

int main(int argc, char **argv) {
  (void)argc;
  int listener = listen_at(argv[1]);
  fcntl(listener, F_SETFL, 0);  // Blocking.
  signal(SIGTERM, tell);
  signal(SIGINT, tell);
  while (!is_over) answer_one(listener);
  return 0;
}
