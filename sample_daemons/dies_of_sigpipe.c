// SPDX-License-Identifier: Apache-2.0
//
// Answers lines with write(2).
// Flaw: leaves SIGPIPE at its default: a client that hangs up before its answers ends the daemon.
// Run: dies_of_sigpipe PORT|PATH
#include <string.h>
#include <unistd.h>

#include "line_server.h"

static void answer(int client, const char *text) {
  if (write(client, text, strlen(text)) == -1) return;
}

int main(int argc, char **argv) {
  (void)argc;
  int listener = listen_at(argv[1]);
  serve(listener, (struct Service){.on_answer = answer});
  close(listener);
  return 0;
}
