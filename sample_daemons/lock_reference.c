// SPDX-License-Identifier: Apache-2.0
//
// One instance, held by a PID file; with --daemonize in the background.
// Clean: it forks first and locks then; what the path names is looked at again after the lock; a
// failure says what failed and leaves nothing; at the end the listener is closed, then the file
// goes, and with the process the lock (pid_file.c, daemonize.c).
// Run: lock_reference [--daemonize] PIDFILE [PORT]
#include <getopt.h>
#include <unistd.h>

#include "daemonize.h"
#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  static const struct option kOptions[] = {{"daemonize", no_argument, NULL, 'd'}, {0}};
  int is_background = 0, option;
  while ((option = getopt_long(argc, argv, "", kOptions, NULL)) == 'd') is_background = 1;
  if (option != -1 || optind >= argc) usage("[--daemonize] PIDFILE [PORT]");
  const char *path = argv[optind], *port = argv[optind + 1];

  hold_stop_signals();
  close_inherited();
  if (is_background) daemonize();
  hold_pid_file(path);
  int listener = port != NULL ? listen_at(port) : -1;
  report_ready();
  serve(listener, (struct Service){0});
  if (listener != -1) close(listener);
  return 0;
}
