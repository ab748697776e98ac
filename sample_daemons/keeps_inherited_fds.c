// SPDX-License-Identifier: Apache-2.0
//
// Puts itself in the background.
// Flaw: keeps what its starter had open, whatever that was.
// Run: keeps_inherited_fds PORT|PATH
#include "daemonize.h"
#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  (void)argc;
  hold_stop_signals();
  daemonize();
  int listener = listen_at(argv[1]);
  report_ready();
  serve(listener, (struct Service){0});
  return 0;
}
