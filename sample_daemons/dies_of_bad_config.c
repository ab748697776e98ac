// SPDX-License-Identifier: Apache-2.0
//
// Reads its configuration (`answer = WORD`) again at SIGHUP.
// Flaw: where that makes no sense it ends, though it has one that does.
// Run: dies_of_bad_config PORT|PATH CONFIGURATION; kill -HUP PID
#include "configuration.h"
#include "line_server.h"

static const char *path;
static char answer[kLongestAnswer];

static const char *give_answer(const char *line) {
  (void)line;
  return answer;
}

static void reload(void) {
  if (read_configuration(path, answer) == -1) fail(path);
}

int main(int argc, char **argv) {
  if (argc < 3) usage("PORT|PATH CONFIGURATION");
  path = argv[2];
  hold_sighup();
  reload();
  serve(listen_at(argv[1]), (struct Service){.on_line = give_answer, .on_sighup = reload});
  return 0;
}
