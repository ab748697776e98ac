// SPDX-License-Identifier: Apache-2.0
//
// One instance, held by a PID file; each request is answered with the pid that is in that file.
// Flaw: the lock is one of F_SETLK, which a process gives up as soon as it closes any descriptor of
// the file: after the first request a second instance can start.
// Run: lock_lost_by_reading PIDFILE PORT|PATH
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static const char *path;

static const char *tell_pid(const char *line) {
  static char answer[32];
  (void)line;
  snprintf(answer, sizeof answer, "%d\n", read_pid(path));
  return answer;
}

int main(int argc, char **argv) {
  if (argc < 3) usage("PIDFILE PORT|PATH");
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  path = argv[1];
  hold_stop_signals();
  int file = open_pid_file(path);
  if (fcntl(file, F_SETLK, &lock) == -1) give_way(path);
  write_pid(file, getpid());
  remove_at_exit(file, path);
  int listener = listen_at(argv[2]);
  serve(listener, (struct Service){.on_line = tell_pid});
  close(listener);
  return 0;
}
