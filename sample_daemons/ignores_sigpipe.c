// SPDX-License-Identifier: Apache-2.0
//
// Answers lines with write(2).
// Clean: SIGPIPE is ignored, so that write(2) fails with EPIPE, which the next read notices. (A
// near miss of dies_of_sigpipe.) Run: ignores_sigpipe PORT|PATH
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "line_server.h"

static void answer(int client, const char *text) {
  if (write(client, text, strlen(text)) == -1) return;
}

int main(int argc, char **argv) {
  (void)argc;
  signal(SIGPIPE, SIG_IGN);
  int listener = listen_at(argv[1]);
  serve(listener, (struct Service){.on_answer = answer});
  close(listener);
  return 0;
}
