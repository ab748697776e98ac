// SPDX-License-Identifier: Apache-2.0
//
// Answers its clients one after another, and keeps each until it hangs up.
// Flaw: it does not notice when a client closes without a word: the connection stays readable, and
// the loop turns without a rest.
// Run: spins_after_hangup PORT|PATH
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

#include "line_server.h"
#include "stop_signals.h"

enum { kMostClients = 256 };
static struct pollfd watched[1 + kMostClients];
static nfds_t count = 1;

static void welcome(void) {
  int client = accept4(watched[0].fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client == -1) return;
  if (count > kMostClients) count = 1;  // The eldest are forgotten.
  watched[count++] = (struct pollfd){client, POLLIN, 0};
}

static void answer(int client) {
  char line[256];
  if (recv(client, line, sizeof line, 0) > 0) send(client, "ok\n", 3, MSG_NOSIGNAL);
}

int main(int argc, char **argv) {
  (void)argc;
  let_stop_signals_through();
  watched[0] = (struct pollfd){listen_at(argv[1]), POLLIN, 0};
  for (;;) {
    if (poll(watched, count, -1) <= 0) continue;
    for (nfds_t i = 1; i < count; ++i)
      if (watched[i].revents != 0) answer(watched[i].fd);
    if (watched[0].revents != 0) welcome();
  }
}
