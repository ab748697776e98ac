// SPDX-License-Identifier: Apache-2.0
//
// Opens the record that a request asks for; a request is a word.
// Flaw: the early return for a malformed request (one that does not begin with a letter) forgets
// the open record. Well-formed requests leak nothing. Run: fd_on_malformed_request PORT|PATH
#include <ctype.h>
#include <fcntl.h>
#include <unistd.h>

#include "line_server.h"

static const char *on_line(const char *line) {
  int record = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
  if (record == -1) return "error\n";
  if (!isalpha((unsigned char)line[0])) return "malformed\n";
  close(record);
  return "ok\n";
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_line = on_line});
  return 0;
}
