// SPDX-License-Identifier: Apache-2.0
//
// Answers each line with 64 KiB.
// Clean: what the client's socket does not take is dropped, and the client with it. (A near miss of
// writes_blocking.)
// Run: drops_slow_reader PORT|PATH
#include <string.h>
#include <sys/socket.h>

#include "line_server.h"

static char page[65536];

static const char *give_page(const char *line) {
  (void)line;
  return page;
}

static void send_or_drop(int client, const char *text) {
  ssize_t length = (ssize_t)strlen(text);
  if (send(client, text, (size_t)length, MSG_NOSIGNAL) < length) shutdown(client, SHUT_RDWR);
}

int main(int argc, char **argv) {
  (void)argc;
  memset(page, '.', sizeof page - 2);
  page[sizeof page - 2] = '\n';
  serve(listen_at(argv[1]), (struct Service){.on_line = give_page, .on_answer = send_or_drop});
  return 0;
}
