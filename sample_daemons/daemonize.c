// SPDX-License-Identifier: Apache-2.0
#include "daemonize.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

static int caller = -1;  // The daemon's line to it: a byte there, when all is ready, and one back.

static _Noreturn void wait_for_report(int daemon) {
  char ready;
  let_stop_signals_through();
  int is_ready = recv(daemon, &ready, 1, 0) == 1 && send(daemon, &ready, 1, MSG_NOSIGNAL) == 1;
  _exit(is_ready ? 0 : 1);
}

void close_inherited(void) { close_range(3, ~0U, 0); }

void daemonize(void) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1) fail("socketpair");
  pid_t child = fork();
  if (child == -1) fail("fork");
  if (child > 0) {
    close(ends[1]);
    wait_for_report(ends[0]);
  }
  close(ends[0]);
  caller = ends[1];
  setsid();
  umask(022);
  child = fork();  // No leader of the session any more, so no terminal can become its own.
  if (child == -1) fail("fork");
  if (child > 0) _exit(0);
}

void let_go_of_streams(void) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null == -1) fail("/dev/null");
  for (int standard = 0; standard <= 2; ++standard) dup2(null, standard);
  if (null > 2) close(null);
}

void report_ready(void) {
  if (caller == -1) return;
  if (chdir("/") == -1) fail("/");
  let_go_of_streams();
  char ready = 0;
  int is_heard = send(caller, &ready, 1, MSG_NOSIGNAL) == 1 && recv(caller, &ready, 1, 0) == 1;
  if (!is_heard) raise(SIGTERM);
  close(caller);
}
