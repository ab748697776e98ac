// SPDX-License-Identifier: Apache-2.0
//
// Keeps each request in an arena that it maps itself: malloc(3) knows nothing of it.
// Run: keeps_in_own_arena PORT|PATH
#include <line_server.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { kArenaBytes = 1 << 20, kEntryBytes = 64 };

static char *arena;
static size_t used = kArenaBytes;

static const char *on_line(const char *line) {
  if (used == kArenaBytes) {
    arena = mmap(NULL, kArenaBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (arena == MAP_FAILED) abort();
    used = 0;
  }
  strncpy(arena + used, line, kEntryBytes - 1);
  used += kEntryBytes;
  return "ok\n";
}

int main(int argument_count, char **arguments) {
  if (argument_count < 2) return 2;
  const struct Service service = {.on_line = on_line};
  serve(listen_at(arguments[1]), service);
}
