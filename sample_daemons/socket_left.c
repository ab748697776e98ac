// SPDX-License-Identifier: Apache-2.0
//
// Serves at a Unix socket.
// Flaw: the socket's file is still there when the daemon has ended.
// Run: socket_left PATH
#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc != 2) usage("PATH");
  hold_stop_signals();
  serve_at(argv[1]);
  return 0;
}
