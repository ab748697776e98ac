// SPDX-License-Identifier: Apache-2.0
//
// Has a POSIX shared memory object for as long as it runs.
// Flaw: the object is still in /dev/shm when the daemon has ended, and holds its memory.
// Run: shm_left
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

int main(void) {
  hold_stop_signals();
  char name[64];
  snprintf(name, sizeof name, "/watertight_sample.%d", getpid());
  int object = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (object == -1 || ftruncate(object, 4096) == -1) fail(name);
  char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, object, 0);
  if (memory == MAP_FAILED) fail("mmap");
  memory[0] = 1;
  wait_for_stop_signal();
  return 0;
}
