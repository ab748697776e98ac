// SPDX-License-Identifier: Apache-2.0
//
// Holds forty files open, as a server of many sites does.
// Flaw: its limit is 64 descriptors: some twenty clients, and accept(2) fails.
// Run: lives_at_its_limit PORT|PATH
#include <fcntl.h>
#include <sys/resource.h>

#include "line_server.h"

enum { kFiles = 40, kLimit = 64 };

static void set_limit(rlim_t most) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == -1) fail("getrlimit");
  limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) == -1) fail("setrlimit");
}

int main(int argc, char **argv) {
  (void)argc;
  set_limit(kLimit);

  for (int i = 0; i < kFiles; ++i) {
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) == -1) fail("/dev/null");
  }
  serve_at(argv[1]);
  return 0;
}
