// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file.
// Flaw: it empties the file while it opens it, before it knows that it has the lock: an instance
// that loses takes the winner's pid away. Run: lock_truncates_first PIDFILE [PORT]
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static int empty_and_lock(const char *path) {
  for (;;) {
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (file == -1) fail(path);
    if (flock(file, LOCK_EX | LOCK_NB) == -1) {
      if (errno != EWOULDBLOCK) fail(path);
      give_way(path);
    }
    if (is_named(file, path)) return file;
    close(file);
  }
}

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  int file = empty_and_lock(argv[1]);
  remove_at_exit(file, argv[1]);
  write_pid(file, getpid());
  serve_at(argv[2]);
  return 0;
}
