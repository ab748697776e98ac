// SPDX-License-Identifier: Apache-2.0
//
// Has a temporary file for as long as it runs.
// Flaw: the file is still there when the daemon has ended.
// Run: work_file_left (the file goes to $TMPDIR, else to /tmp)
#include <stdio.h>
#include <stdlib.h>

#include "line_server.h"
#include "stop_signals.h"

int main(void) {
  hold_stop_signals();
  char path[4096];
  const char *folder = getenv("TMPDIR");
  snprintf(path, sizeof path, "%s/work.XXXXXX", folder ? folder : "/tmp");
  if (mkstemp(path) == -1) fail(path);
  wait_for_stop_signal();
  return 0;
}
