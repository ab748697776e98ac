// SPDX-License-Identifier: Apache-2.0
//
// Answers each line with "ok".
// Flaw: never closes the socket that it accepted; it stays in CLOSE_WAIT after the client has gone.
// Run: fd_accept_without_close PORT|PATH
#include "line_server.h"

static void on_hangup(int client) { (void)client; }

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_hangup = on_hangup});
  return 0;
}
