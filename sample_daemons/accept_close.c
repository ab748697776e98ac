// SPDX-License-Identifier: Apache-2.0
//
// Answers each line with "ok" and closes the socket once the client has gone.
// Clean: the plain good server.
// Run: accept_close PORT|PATH
#include <unistd.h>

#include "line_server.h"

static void on_hangup(int client) { close(client); }

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_hangup = on_hangup});
  return 0;
}
