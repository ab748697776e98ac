// SPDX-License-Identifier: Apache-2.0
//
// Reads its configuration again at SIGHUP.
// Flaw: does so in the handler, which takes 2 ms and lets the next SIGHUP in: that one frees what
// this one has freed already, and glibc aborts the process. (reload_frees is its good twin.)
// Run: reload_within_reload PORT|PATH
#include <signal.h>
#include <stdlib.h>

#include "line_server.h"
#include "stop_signals.h"

static char *volatile configuration;

static void reload(int signal) {
  (void)signal;
  free(configuration);
  rest(2);
  configuration = calloc(1, 1024);
}

int main(int argc, char **argv) {
  (void)argc;
  struct sigaction action = {.sa_handler = reload, .sa_flags = SA_NODEFER};
  configuration = calloc(1, 1024);
  sigaction(SIGHUP, &action, NULL);
  serve_at(argv[1]);
  return 0;
}
