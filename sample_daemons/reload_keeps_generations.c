// SPDX-License-Identifier: Apache-2.0
//
// Reads its configuration again at SIGHUP, and keeps the last four open to compare.
// Clean: the fifth takes the place of the first. (A near miss of leak_on_reload.)
// Run: reload_keeps_generations PORT|PATH; kill -HUP PID
#include <fcntl.h>
#include <unistd.h>

#include "line_server.h"

enum { kGenerations = 4 };
static int generations[kGenerations];  // 0: none yet.
static unsigned reloads;

static void reload(void) {
  int *place = &generations[reloads++ % kGenerations];
  if (*place != 0) close(*place);
  *place = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
  if (*place == -1) fail("/etc/passwd");
}

int main(int argc, char **argv) {
  (void)argc;
  hold_sighup();
  int listener = listen_at(argv[1]);
  reload();
  serve(listener, (struct Service){.on_sighup = reload});
  return 0;
}
