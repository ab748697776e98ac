// SPDX-License-Identifier: Apache-2.0
// shares_memory NAME: a System V segment that is mapped, one that is not, and the POSIX object
// NAME; prints the two ids when they are there.
#include <fcntl.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

int main(int argc, char** argv) {
  int mapped = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  int unmapped = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  int posix = argc > 1 ? shm_open(argv[1], O_CREAT | O_EXCL | O_RDWR, 0600) : -1;
  if (mapped < 0 || unmapped < 0 || posix < 0 || ftruncate(posix, 4096) != 0) return 1;
  if (shmat(mapped, NULL, 0) == (void*)-1) return 1;
  if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, posix, 0) == MAP_FAILED) return 1;
  close(posix);
  printf("%d %d\n", mapped, unmapped);
  fflush(stdout);
  for (;;) pause();
}
