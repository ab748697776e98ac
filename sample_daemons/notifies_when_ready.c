// SPDX-License-Identifier: Apache-2.0
//
// Tells its supervisor when it is ready.
// Clean: has its port by then. (A near miss of notifies_early.)
// Run: notifies_when_ready PORT|PATH
#include "line_server.h"
#include "notify.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  (void)argc;
  rest(200);
  int listener = listen_at(argv[1]);
  tell_ready();
  serve(listener, (struct Service){0});
  return 0;
}
