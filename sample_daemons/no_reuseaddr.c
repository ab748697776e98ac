// SPDX-License-Identifier: Apache-2.0
//
// Serves a port.
// Flaw: without SO_REUSEADDR, so that bind(2) fails while a connection of the instance before it is
// in TIME_WAIT: for a minute.
// Run: no_reuseaddr PORT
#include <netinet/in.h>
#include <sys/socket.h>

#include "line_server.h"

int main(int argc, char **argv) {
  guard_std_fds();
  struct sockaddr_in name = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)argument(argc, argv, 1, 0)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (bind(listener, (struct sockaddr *)&name, sizeof name) == -1) fail("bind");
  if (listen(listener, SOMAXCONN) == -1) fail("listen");
  serve(listener, (struct Service){0});
  return 0;
}
