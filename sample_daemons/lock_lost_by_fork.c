// SPDX-License-Identifier: Apache-2.0
//
// Locks its PID file, goes to the background, and writes its pid.
// Flaw: the lock is one of F_SETLK, which belongs to the process: a child does not inherit it, and
// it is gone when the first process ends. Run: lock_lost_by_fork PIDFILE [PORT]
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "daemonize.h"
#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static int lock_for_this_process(const char *path) {
  for (;;) {
    int file = open_pid_file(path);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(file, F_SETLK, &whole) == -1) {
      if (errno != EAGAIN && errno != EACCES) fail(path);
      give_way(path);
    }
    if (is_named(file, path)) return file;
    close(file);
  }
}

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  int file = lock_for_this_process(argv[1]);
  daemonize();
  remove_at_exit(file, argv[1]);
  write_pid(file, getpid());
  int listener = argc > 2 ? listen_at(argv[2]) : -1;
  report_ready();
  serve(listener, (struct Service){0});
  if (listener != -1) close(listener);
  return 0;
}
