// SPDX-License-Identifier: Apache-2.0
//
// Serves, and prints all the time.
// Flaw: its output is endless, KIB_PER_MS KiB a millisecond.
// Run: floods_output PORT|PATH [KIB_PER_MS=16]
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "line_server.h"

static unsigned long kib_per_ms;

static void *print_without_end(void *nothing) {
  char line[1024];
  memset(line, '#', sizeof line);
  line[sizeof line - 1] = '\n';
  for (;;) {
    for (unsigned long i = 0; i < kib_per_ms; ++i) {
      if (write(STDOUT_FILENO, line, sizeof line) == -1) return nothing;
    }
    poll(NULL, 0, 1);
  }
}

int main(int argc, char **argv) {
  int listener = listen_at(argv[1]);
  kib_per_ms = argument(argc, argv, 2, 16);
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);  // So that SIGTERM goes to serve(), not to the printer.
  pthread_t printer;
  if (pthread_create(&printer, NULL, print_without_end, NULL) != 0) fail("pthread_create");
  serve(listener, (struct Service){0});
  return 0;
}
