// SPDX-License-Identifier: Apache-2.0
//
// Caches a record for each key that was asked for; a request asks for one of ENTRIES keys at
// random. Clean: the cache fills, ever more slowly, and then stays. (A near miss of
// heap_growing_list.) Run: cache_fills_and_stays PORT|PATH [ENTRIES=1000] [BYTES=256]
#include <stdlib.h>
#include <string.h>

#include "line_server.h"

static unsigned long entries, bytes;
static char **cache;

static const char *look_up(const char *line) {
  (void)line;
  static unsigned seed = 1;
  char **record = &cache[(unsigned long)rand_r(&seed) % entries];
  if (*record == NULL) {
    *record = malloc(bytes);
    if (*record == NULL) return "error\n";
    memset(*record, 'x', bytes);
  }
  return "ok\n";
}

int main(int argc, char **argv) {
  int listener = listen_at(argv[1]);
  entries = argument(argc, argv, 2, 1000);
  bytes = argument(argc, argv, 3, 256);
  cache = calloc(entries, sizeof *cache);
  if (cache == NULL) fail("calloc");
  serve(listener, (struct Service){.on_line = look_up});
  for (unsigned long i = 0; i < entries; ++i) free(cache[i]);
  free(cache);
  return 0;
}
