// SPDX-License-Identifier: Apache-2.0
//
// Starts a thread for each request; the thread ends at once.
// Flaw: nobody joins or detaches it. It no longer counts as a thread, but its stack stays mapped (8
// MiB of addresses, two mappings, about 8 KiB resident). Run: thread_not_joined PORT|PATH
#include <pthread.h>

#include "line_server.h"

static void *work(void *nothing) { return nothing; }

static const char *on_line(const char *line) {
  (void)line;
  pthread_t thread;
  return pthread_create(&thread, NULL, work, NULL) == 0 ? "ok\n" : "error\n";
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_line = on_line});
  return 0;
}
