// SPDX-License-Identifier: Apache-2.0
//
// Told to end, it takes no new clients and lets those that are there finish.
// Clean: it gives them 0.3 s. (A near miss of waits_for_clients.) With a limit of 0 it waits for
// them for ever: a policy that has its price.
// Run: drains_clients PORT|PATH [LIMIT_MS=300]
#include "line_server.h"
#include "poll_loop.h"

static unsigned long limit;

static int is_over(int ready, nfds_t clients) {
  (void)ready;
  if (!is_told) return 0;
  close_the_door();
  return clients == 0 || (limit != 0 && time_since_told() >= limit);
}

int main(int argc, char **argv) {
  int listener = listen_at(argv[1]);
  limit = argument(argc, argv, 2, 300);
  poll_serve(listener, (struct Loop){.is_over = is_over});
  return 0;
}
