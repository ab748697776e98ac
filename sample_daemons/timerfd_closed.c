// SPDX-License-Identifier: Apache-2.0
//
// Gives each client a timer.
// Clean: the timer goes with the client. (A near miss of timerfd_not_closed.)
// Run: timerfd_closed PORT|PATH
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "line_server.h"

enum { kMostClients = 1024 };
static int timer_of[kMostClients];  // By the client's descriptor; 0: none.

static void answer(int client, const char *text) {
  if (client < kMostClients && timer_of[client] == 0) {
    timer_of[client] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (timer_of[client] == -1) fail("timerfd_create");
  }
  send(client, text, strlen(text), MSG_NOSIGNAL);
}

static void hang_up(int client) {
  if (client < kMostClients && timer_of[client] != 0) {
    close(timer_of[client]);
    timer_of[client] = 0;
  }
  close(client);
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_answer = answer, .on_hangup = hang_up});
  return 0;
}
