// SPDX-License-Identifier: Apache-2.0
//
// Waits in epoll_wait(2) for clients, each of which it answers once.
// Flaw: takes EINTR for a failure. Stopped and continued, or looked at by a debugger, it ends.
// Run: dies_of_eintr PORT|PATH
#include <sys/epoll.h>

#include "line_server.h"
#include "stop_signals.h"

int main(int argc, char **argv) {
  (void)argc;
  let_stop_signals_through();
  int listener = listen_at(argv[1]), epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN};
  if (epoll == -1 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) == -1) fail("epoll");
  for (;;) {
    if (epoll_wait(epoll, &event, 1, -1) == -1) fail("epoll_wait");
    if (answer_one(listener) == -1) rest(10);
  }
}
