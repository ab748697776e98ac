// SPDX-License-Identifier: Apache-2.0
//
// Serves at the path of a Unix socket, which it removes at its end.
// Clean: where somebody answers at the path it gives way; only a socket that nobody serves is
// replaced. (A near miss of steals_live_socket.)
// Run: spares_live_socket PATH
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

static int is_served(const char *path) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof name.sun_path) return 0;
  memcpy(name.sun_path, path, strlen(path));
  int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client == -1) fail("socket");
  int is_answered = connect(client, (struct sockaddr *)&name, sizeof name) == 0;
  close(client);
  return is_answered;
}

int main(int argc, char **argv) {
  if (argc < 2) usage("PATH");
  hold_stop_signals();
  if (is_served(argv[1])) {
    fprintf(stderr, "%s: somebody serves there already\n", argv[1]);
    return 1;
  }
  serve_at(argv[1]);
  unlink(argv[1]);
  return 0;
}
