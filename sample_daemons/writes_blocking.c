// SPDX-License-Identifier: Apache-2.0
//
// Answers each line with 64 KiB.
// Flaw: it waits until the client has taken them, and hears of nothing else meanwhile.
// Run: writes_blocking PORT|PATH
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "line_server.h"

static char page[65536];

static const char *give_page(const char *line) {
  (void)line;
  return page;
}

static void send_all(int client, const char *text) {
  fcntl(client, F_SETFL, 0);  // Blocking.
  send(client, text, strlen(text), MSG_NOSIGNAL);
}

int main(int argc, char **argv) {
  (void)argc;
  memset(page, '.', sizeof page - 2);
  page[sizeof page - 2] = '\n';
  serve(listen_at(argv[1]), (struct Service){.on_line = give_page, .on_answer = send_all});
  return 0;
}
