// SPDX-License-Identifier: Apache-2.0
//
// Serves at a Unix socket, and has a temporary file and shared memory, POSIX and System V.
// Clean: SIGTERM is held before the first of them is made, and at the end all of them go. (A near
// miss of whatever leaves something.) Run: leaves_nothing PATH (and $TMPDIR, else /tmp)
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

static char file_path[4096];
static char object_name[64];

static void make_file(void) {
  const char *folder = getenv("TMPDIR");
  snprintf(file_path, sizeof file_path, "%s/work.XXXXXX", folder ? folder : "/tmp");
  if (mkstemp(file_path) == -1) fail(file_path);
}

static void make_object(void) {
  snprintf(object_name, sizeof object_name, "/watertight_sample.%d", getpid());
  int object = shm_open(object_name, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (object == -1 || ftruncate(object, 4096) == -1) fail(object_name);
  if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, object, 0) == MAP_FAILED) fail("mmap");
}

static int make_segment(void) {
  int segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  if (segment == -1 || shmat(segment, NULL, 0) == (void *)-1) fail("shared memory");
  return segment;
}

int main(int argc, char **argv) {
  if (argc != 2) usage("PATH");
  hold_stop_signals();
  int listener = listen_at(argv[1]);
  make_file();
  make_object();
  int segment = make_segment();
  serve(listener, (struct Service){0});
  shmctl(segment, IPC_RMID, NULL);
  shm_unlink(object_name);
  unlink(file_path);
  unlink(argv[1]);
  return 0;
}
