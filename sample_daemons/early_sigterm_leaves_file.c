// SPDX-License-Identifier: Apache-2.0
//
// Makes a temporary file, computes for a while, and is ready; at the end it removes the file.
// Flaw: SIGTERM is held only when all is ready. One that comes before ends it by default, and the
// file stays. Run: early_sigterm_leaves_file [START_MS=100] (to $TMPDIR, else to /tmp)
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  char path[4096];
  const char *folder = getenv("TMPDIR");
  snprintf(path, sizeof path, "%s/work.XXXXXX", folder ? folder : "/tmp");
  if (mkstemp(path) == -1) fail(path);
  use_cpu(argument(argc, argv, 1, 100));
  hold_stop_signals();
  wait_for_stop_signal();
  unlink(path);
  return 0;
}
