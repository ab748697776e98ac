// SPDX-License-Identifier: Apache-2.0
//
// Gives each client a timer.
// Flaw: the timer stays when the client has gone: a timerfd for each.
// Run: timerfd_not_closed PORT|PATH
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include "line_server.h"

static void answer(int client, const char *text) {
  if (timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC) == -1) fail("timerfd_create");
  send(client, text, strlen(text), MSG_NOSIGNAL);
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_answer = answer});
  return 0;
}
