// SPDX-License-Identifier: Apache-2.0
//
// Serves in a loop around ppoll(2), which lets SIGTERM in.
// Clean: so does every turn, for a moment, whatever input there is. (A near miss of
// sigterm_starved.)
// Run: sigterm_let_in_each_turn PORT|PATH
#include "line_server.h"
#include "poll_loop.h"
#include "stop_signals.h"

static int wait_and_let_in(struct pollfd *descriptors, nfds_t count) {
  let_stop_signals_through();
  hold_stop_signals();
  if (is_told) return 0;
  sigset_t none;
  sigemptyset(&none);
  return ppoll(descriptors, count, NULL, &none);
}

int main(int argc, char **argv) {
  (void)argc;
  hold_stop_signals();
  poll_serve(listen_at(argv[1]), (struct Loop){.wait = wait_and_let_in});
  return 0;
}
