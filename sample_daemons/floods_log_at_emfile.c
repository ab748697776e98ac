// SPDX-License-Identifier: Apache-2.0
//
// Waits for clients, each of which it answers once.
// Flaw: out of descriptors it says so with each turn of its loop, thousands of times a second.
// Run: floods_log_at_emfile PORT|PATH
#include <poll.h>
#include <stdio.h>

#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  (void)argc;
  let_stop_signals_through();
  struct pollfd listener = {listen_at(argv[1]), POLLIN, 0};
  for (;;) {
    if (poll(&listener, 1, -1) == 1 && answer_one(listener.fd) == -1) {
      for (int i = 0; i < 100; ++i) perror("a client cannot be accepted, will try again");
      rest(1);
    }
  }
}
