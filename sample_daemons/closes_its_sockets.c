// SPDX-License-Identifier: Apache-2.0
//
// Serves REQUESTS requests, then closes its listener and lives on without one.
// Flaw: it still runs, but nobody can reach it.
// Run: closes_its_sockets PORT|PATH [REQUESTS=100]
#include <signal.h>
#include <unistd.h>

#include "line_server.h"

int main(int argc, char **argv) {
  int listener = listen_at(argv[1]);
  serve(listener, (struct Service){.requests = argument(argc, argv, 2, 100)});
  close(listener);
  sigset_t terminate;
  sigemptyset(&terminate);
  sigaddset(&terminate, SIGTERM);
  sigwaitinfo(&terminate, NULL);
  return 0;
}
