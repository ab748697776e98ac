// SPDX-License-Identifier: Apache-2.0
// Holds as many descriptors as its argument says, for the benchmark of the probe, until it is
// killed.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const unsigned long wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : 3;
  const struct rlimit limit = {wanted + 16, wanted + 16};
  if (setrlimit(RLIMIT_NOFILE, &limit) == -1) return 1;
  for (unsigned long held = 3; held < wanted; ++held)
    if (open("/dev/null", O_RDONLY) == -1) return 1;
  for (;;) pause();
}
