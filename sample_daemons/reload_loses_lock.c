// SPDX-License-Identifier: Apache-2.0
//
// One instance, held by a PID file; at SIGHUP it looks into that file.
// Flaw: the lock is one of F_SETLK, which a process gives up as soon as it closes any descriptor of
// the file: after a reload a second instance can start.
// Run: reload_loses_lock PIDFILE PORT|PATH
#include <fcntl.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static const char *path;

static void reload(void) { read_pid(path); }

static int lock_it(void) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  int file = open_pid_file(path);
  if (fcntl(file, F_SETLK, &lock) == -1) give_way(path);
  return file;
}

int main(int argc, char **argv) {
  if (argc < 3) usage("PIDFILE PORT|PATH");
  path = argv[1];
  hold_stop_signals();
  hold_sighup();
  int file = lock_it();
  write_pid(file, getpid());
  int listener = listen_at(argv[2]);
  serve(listener, (struct Service){.on_sighup = reload});
  close(listener);
  unlink(path);
  return 0;
}
