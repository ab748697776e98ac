// SPDX-License-Identifier: Apache-2.0
//
// Serves in a loop around ppoll(2), which alone lets SIGTERM in: the textbook's cure for a signal
// that comes between the look at the flag and the wait.
// Flaw: where there is input, ppoll(2) does not wait, and lets nothing in. While somebody sends
// more than it reads, SIGTERM stays pending. Run: sigterm_starved PORT|PATH
#include "line_server.h"
#include "poll_loop.h"
#include "stop_signals.h"

static int wait_and_let_in(struct pollfd *descriptors, nfds_t count) {
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
