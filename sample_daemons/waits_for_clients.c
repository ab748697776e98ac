// SPDX-License-Identifier: Apache-2.0
//
// Told to end, it lets its clients finish.
// Flaw: it waits for them for ever, and takes new ones meanwhile.
// Run: waits_for_clients PORT|PATH
#include "line_server.h"
#include "poll_loop.h"

static int is_over(int ready, nfds_t clients) {
  (void)ready;
  return is_told && clients == 0;
}

int main(int argc, char **argv) {
  (void)argc;
  poll_serve(listen_at(argv[1]), (struct Loop){.is_over = is_over});
  return 0;
}
