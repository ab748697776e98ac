// SPDX-License-Identifier: Apache-2.0
//
// Waits for clients, each of which it answers once. Reads its configuration again at SIGHUP.
// Flaw: closes its listener for that, and listens anew 20 ms later: clients are refused meanwhile.
// Run: rebinds_on_reload PORT|PATH; kill -HUP PID
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

static volatile sig_atomic_t has_to_reload = 0;

static void on_sighup(int number) {
  (void)number;
  has_to_reload = 1;
}

int main(int argc, char **argv) {
  (void)argc;
  let_stop_signals_through();
  sigset_t none;
  sigemptyset(&none);
  hold_sighup();
  signal(SIGHUP, on_sighup);
  struct pollfd listener = {listen_at(argv[1]), POLLIN, 0};
  for (;;) {
    if (ppoll(&listener, 1, NULL, &none) == 1) answer_one(listener.fd);
    if (!has_to_reload) continue;
    has_to_reload = 0;
    close(listener.fd);
    rest(20);
    listener.fd = listen_at(argv[1]);
  }
}
