// SPDX-License-Identifier: Apache-2.0
//
// Puts itself in the background, and takes its time: the process that was started ends first, and
// 100 ms later the daemon makes a session of its own, goes to / and lets go of the streams.
// Clean: nginx does it in this order, and a busy machine puts any time between.
// Run: leaves_session_late PORT|PATH [MS=100]
#include <unistd.h>

#include "daemonize.h"
#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 2) usage("PORT|PATH [MS=100]");
  int listener = listen_at(argv[1]);
  pid_t child = fork();
  if (child == -1) fail("fork");
  if (child > 0) _exit(0);
  rest(argument(argc, argv, 2, 100));
  setsid();
  if (chdir("/") == -1) fail("/");
  let_go_of_streams();
  serve(listener, (struct Service){0});
  close(listener);
  return 0;
}
