// SPDX-License-Identifier: Apache-2.0
//
// Serves in a loop around poll(2), with a flag that SIGTERM sets.
// Flaw: it looks at the flag only when there was nothing to do for half a second.
// Run: checks_flag_when_idle PORT|PATH
#include <errno.h>

#include "line_server.h"
#include "poll_loop.h"

static int wait_for_work(struct pollfd *descriptors, nfds_t count) {
  int ready;
  do {
    ready = poll(descriptors, count, 500);
  } while (ready == -1 && errno == EINTR);
  return ready;
}

static int is_over(int ready, nfds_t clients) {
  (void)clients;
  return ready == 0 && is_told;
}

int main(int argc, char **argv) {
  (void)argc;
  poll_serve(listen_at(argv[1]), (struct Loop){.wait = wait_for_work, .is_over = is_over});
  return 0;
}
