// SPDX-License-Identifier: Apache-2.0
//
// Sets a timer for each request.
// Clean: deletes it when it has answered. (A near miss of timer_not_deleted.)
// Run: timer_deleted PORT|PATH
#include <signal.h>
#include <time.h>

#include "line_server.h"

static const char *work(const char *line) {
  (void)line;
  timer_t timer;
  struct sigevent nothing = {.sigev_notify = SIGEV_NONE};
  if (timer_create(CLOCK_MONOTONIC, &nothing, &timer) == -1) fail("timer_create");
  timer_delete(timer);
  return "ok\n";
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_line = work});
  return 0;
}
