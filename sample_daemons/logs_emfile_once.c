// SPDX-License-Identifier: Apache-2.0
//
// Waits for clients, each of which it answers once.
// Clean: out of descriptors it rests, and says so once. (A near miss of floods_log_at_emfile.)
// Run: logs_emfile_once PORT|PATH
#include <poll.h>
#include <stdio.h>

#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  (void)argc;
  let_stop_signals_through();
  struct pollfd listener = {listen_at(argv[1]), POLLIN, 0};
  int has_told = 0;
  for (;;) {
    if (poll(&listener, 1, -1) != 1) continue;
    if (answer_one(listener.fd) == 0) {
      has_told = 0;
      continue;
    }
    if (!has_told) perror("clients cannot be accepted");
    has_told = 1;
    rest(10);
  }
}
