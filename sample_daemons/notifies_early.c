// SPDX-License-Identifier: Apache-2.0
//
// Tells its supervisor when it is ready.
// Flaw: does so before it has its port, 200 ms later.
// Run: notifies_early PORT|PATH
#include "line_server.h"
#include "notify.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  (void)argc;
  tell_ready();
  rest(200);
  serve_at(argv[1]);
  return 0;
}
