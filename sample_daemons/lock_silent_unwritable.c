// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file.
// Flaw: where it cannot make the file it says nothing and runs without: nothing keeps a second
// instance out. Run: lock_silent_unwritable PIDFILE [PORT]
#include <fcntl.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  int probe = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (probe != -1) {
    close(probe);
    hold_pid_file(argv[1]);
  }
  serve_at(argv[2]);
  return 0;
}
