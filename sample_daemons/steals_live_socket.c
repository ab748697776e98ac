// SPDX-License-Identifier: Apache-2.0
//
// Serves at the path of a Unix socket, which it removes at its end.
// Flaw: removes whatever is at the path before it binds (line_server.c does so): the socket of an
// instance that lives too, which then runs on and is never found again.
// Run: steals_live_socket PATH
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 2) usage("PATH");
  hold_stop_signals();
  serve_at(argv[1]);
  unlink(argv[1]);
  return 0;
}
