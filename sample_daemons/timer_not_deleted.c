// SPDX-License-Identifier: Apache-2.0
//
// Sets a timer for each request.
// Flaw: never deletes it: the kernel keeps them all, in no count of descriptors or memory.
// Run: timer_not_deleted PORT|PATH
#include <signal.h>
#include <time.h>

#include "line_server.h"

static const char *work(const char *line) {
  (void)line;
  timer_t timer;
  struct sigevent nothing = {.sigev_notify = SIGEV_NONE};
  if (timer_create(CLOCK_MONOTONIC, &nothing, &timer) == -1) fail("timer_create");

  return "ok\n";
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_line = work});
  return 0;
}
