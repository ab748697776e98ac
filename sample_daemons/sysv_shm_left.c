// SPDX-License-Identifier: Apache-2.0
//
// Has a System V shared memory segment for as long as it runs.
// Flaw: the segment is still there when the daemon has ended, attached to nobody.
// Run: sysv_shm_left
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "line_server.h"
#include "stop_signals.h"

int main(void) {
  hold_stop_signals();
  int segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  if (segment == -1 || shmat(segment, NULL, 0) == (void *)-1) fail("shared memory");
  wait_for_stop_signal();
  return 0;
}
