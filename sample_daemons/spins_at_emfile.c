// SPDX-License-Identifier: Apache-2.0
//
// Waits for clients, each of which it answers once.
// Flaw: out of descriptors, it looks at its listener again at once: that stays readable, and the
// loop turns without a rest. (accept_close rests for 10 ms.)
// Run: spins_at_emfile PORT|PATH
#include <poll.h>

#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  (void)argc;
  let_stop_signals_through();
  struct pollfd listener = {listen_at(argv[1]), POLLIN, 0};
  for (;;) {
    if (poll(&listener, 1, -1) == 1) answer_one(listener.fd);
  }
}
