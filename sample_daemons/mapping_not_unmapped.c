// SPDX-License-Identifier: Apache-2.0
//
// Looks a request up in a file that it maps.
// Flaw: nobody unmaps the file. The descriptor is closed: only the mappings tell.
// Run: mapping_not_unmapped PORT|PATH
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "line_server.h"

static const char *look_up(const char *line) {
  int file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
  if (file == -1) return "error\n";
  const char *users = mmap(NULL, 16, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (users == MAP_FAILED) return "error\n";
  return memcmp(users, line, 1) == 0 ? "yes\n" : "no\n";
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_line = look_up});
  return 0;
}
