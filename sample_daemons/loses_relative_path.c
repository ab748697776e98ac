// SPDX-License-Identifier: Apache-2.0
//
// Reads its configuration (`answer = WORD`) again at SIGHUP, and keeps the old one where that makes
// no sense. It works in /.
// Flaw: it opens the path as it was given, which leads elsewhere from /.
// Run: loses_relative_path PORT|PATH CONFIGURATION; kill -HUP PID
#include <stdio.h>
#include <unistd.h>

#include "configuration.h"
#include "line_server.h"

static const char *path;
static char answer[kLongestAnswer];

static const char *give_answer(const char *line) {
  (void)line;
  return answer;
}

static void reload(void) {
  if (read_configuration(path, answer) == -1) perror(path);
}

int main(int argc, char **argv) {
  if (argc < 3) usage("PORT|PATH CONFIGURATION");
  path = argv[2];
  hold_sighup();
  if (read_configuration(path, answer) == -1) fail(path);
  if (chdir("/") == -1) fail("/");
  serve(listen_at(argv[1]), (struct Service){.on_line = give_answer, .on_sighup = reload});
  return 0;
}
