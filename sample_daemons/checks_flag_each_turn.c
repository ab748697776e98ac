// SPDX-License-Identifier: Apache-2.0
//
// Serves in a loop around poll(2), with a flag that SIGTERM sets.
// Clean: it looks at the flag in every turn. (A near miss of checks_flag_when_idle, of
// sigterm_starved, and of waits_for_clients.)
// Run: checks_flag_each_turn PORT|PATH
#include "line_server.h"
#include "poll_loop.h"

int main(int argc, char **argv) {
  (void)argc;
  poll_serve(listen_at(argv[1]), (struct Loop){0});
  return 0;
}
