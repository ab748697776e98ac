// SPDX-License-Identifier: Apache-2.0
//
// Reads its configuration (`answer = WORD`) again at SIGHUP. It works in /.
// Clean: the path is made absolute first, and where the configuration makes no sense it says so and
// keeps the old one. (A near miss of loses_relative_path and of dies_of_bad_config.)
// Run: reads_config_again PORT|PATH CONFIGURATION; kill -HUP PID
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "configuration.h"
#include "line_server.h"

static char *path;
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
  path = realpath(argv[2], NULL);
  hold_sighup();
  if (path == NULL || read_configuration(path, answer) == -1) fail(argv[2]);
  if (chdir("/") == -1) fail("/");
  serve(listen_at(argv[1]), (struct Service){.on_line = give_answer, .on_sighup = reload});
  free(path);
  return 0;
}
