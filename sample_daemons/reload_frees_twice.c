// SPDX-License-Identifier: Apache-2.0
//
// Reads its configuration again at SIGHUP, where that has changed.
// Flaw: frees the old one in any case. Where nothing has changed there is no new one, and the next
// SIGHUP frees it again: glibc aborts the process. (reload_frees is its good twin.)
// Run: reload_frees_twice PORT|PATH
#include <stdlib.h>
#include <unistd.h>

#include "line_server.h"

static char *configuration;

static void reload(void) { free(configuration); }

int main(int argc, char **argv) {
  (void)argc;
  hold_sighup();
  configuration = calloc(1, 1024);
  if (configuration == NULL) fail("calloc");
  int listener = listen_at(argv[1]);
  serve(listener, (struct Service){.on_sighup = reload});
  close(listener);
  return 0;
}
