// SPDX-License-Identifier: Apache-2.0
//
// Waits for clients, each of which it answers once.
// Flaw: takes a client that cannot be accepted for the end: out of descriptors it exits
// with 1, and all its clients go with it.
// Run: dies_at_emfile PORT|PATH
#include <errno.h>
#include <poll.h>

#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  (void)argc;
  let_stop_signals_through();
  struct pollfd listener = {listen_at(argv[1]), POLLIN, 0};
  for (;;) {
    if (poll(&listener, 1, -1) == 1 && answer_one(listener.fd) == -1 && errno != EAGAIN)
      fail("accept");
  }
}
