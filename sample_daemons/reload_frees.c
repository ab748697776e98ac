// SPDX-License-Identifier: Apache-2.0
//
// Reads its configuration again at SIGHUP.
// Clean: the file is closed, and the old configuration freed.
// Run: reload_frees PORT|PATH; kill -HUP PID
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "line_server.h"

static char *configuration = NULL;

static void reload(void) {
  free(configuration);
  configuration = calloc(1, 1024);
  int file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
  if (configuration == NULL || file == -1) fail("reload");
  if (read(file, configuration, 1023) == -1) fail("read");
  close(file);
}

int main(int argc, char **argv) {
  (void)argc;
  hold_sighup();
  int listener = listen_at(argv[1]);
  reload();
  serve(listener, (struct Service){.on_sighup = reload});
  free(configuration);
  return 0;
}
