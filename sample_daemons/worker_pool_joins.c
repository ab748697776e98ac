// SPDX-License-Identifier: Apache-2.0
//
// Hands each request to a pool of THREADS slots; the request's thread takes the next slot.
// Clean: the thread that had the slot before is joined first, so that no more than THREADS ended
// threads are kept. (A near miss of thread_not_joined.) Run: worker_pool_joins PORT|PATH
// [THREADS=4]
#include <pthread.h>

#include "line_server.h"

enum { kMostThreads = 64 };
static pthread_t pool[kMostThreads];
static unsigned long pool_size, started;

static void *work(void *nothing) { return nothing; }

static const char *on_line(const char *line) {
  (void)line;
  pthread_t *slot = &pool[started % pool_size];
  if (started >= pool_size) pthread_join(*slot, NULL);
  if (pthread_create(slot, NULL, work, NULL) != 0) return "error\n";
  ++started;
  return "ok\n";
}

int main(int argc, char **argv) {
  int listener = listen_at(argv[1]);
  pool_size = argument(argc, argv, 2, 4);
  if (pool_size == 0 || pool_size > kMostThreads) pool_size = kMostThreads;
  serve(listener, (struct Service){.on_line = on_line});
  for (unsigned long i = 0; i < pool_size && i < started; ++i) pthread_join(pool[i], NULL);
  return 0;
}
