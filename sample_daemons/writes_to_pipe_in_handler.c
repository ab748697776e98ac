// SPDX-License-Identifier: Apache-2.0
//
// Its handlers write the number of their signal to a pipe, which the loop polls.
// Clean: a signal that comes before poll() leaves a byte there; write(2) is safe in a handler, and
// errno is what it was. (A near miss of loses_sigterm, prints_in_handler and
// closes_log_in_handler.) Run: writes_to_pipe_in_handler
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

static int ends[2];

static void on_signal(int signal) {
  int saved = errno;
  char number = (char)signal;
  ssize_t written = write(ends[1], &number, 1);
  (void)written;  // A full pipe wakes the loop as well.
  errno = saved;
}

int main(void) {
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1) fail("pipe2");
  signal(SIGTERM, on_signal);
  signal(SIGHUP, on_signal);
  say_ready();
  char number = 0;
  while (number != SIGTERM) {
    struct pollfd readable = {ends[0], POLLIN, 0};
    poll(&readable, 1, -1);
    if (read(ends[0], &number, 1) != 1) number = 0;
  }
  return 0;
}
