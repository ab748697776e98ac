// SPDX-License-Identifier: Apache-2.0
#include "pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "line_server.h"
#include "stop_signals.h"

static int held = -1;
static char *held_path;  // Absolute: a daemon may change its folder.

int open_pid_file(const char *path) {
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file == -1) fail(path);
  return file;
}

int is_named(int file, const char *path) {
  struct stat ours, named;
  return fstat(file, &ours) == 0 && lstat(path, &named) == 0 && ours.st_dev == named.st_dev &&
         ours.st_ino == named.st_ino;
}

int lock_pid_file(const char *path) {
  for (;;) {
    int file = open_pid_file(path);
    if (flock(file, LOCK_EX | LOCK_NB) == -1) {
      if (errno != EWOULDBLOCK) fail(path);
      close(file);
      return -1;
    }
    if (is_named(file, path)) return file;
    close(file);
  }
}

void write_pid(int file, pid_t pid) {
  char text[32];
  int length = snprintf(text, sizeof text, "%d\n", pid);
  if (ftruncate(file, 0) == -1 || pwrite(file, text, (size_t)length, 0) != length) {
    fail("writing the PID file");
  }
}

static void remove_held(void) {
  if (is_named(held, held_path)) unlink(held_path);
  free(held_path);
}

void remove_at_exit(int file, const char *path) {
  held = file;
  held_path = realpath(path, NULL);
  if (held_path == NULL) fail(path);
  atexit(remove_held);
}

pid_t read_pid(const char *path) {
  for (int tries = 0; tries < 20; ++tries) {
    int pid = 0;
    FILE *file = fopen(path, "re");
    int found = file != NULL ? fscanf(file, "%d", &pid) : 0;
    if (file != NULL) fclose(file);
    if (found != EOF) return found == 1 ? pid : 0;
    rest(5);
  }
  return 0;
}

void give_way(const char *path) {
  pid_t holder = read_pid(path);
  fprintf(stderr, "%s: %s: already running", program_invocation_short_name, path);
  if (holder > 0) fprintf(stderr, " as pid %d", holder);
  fprintf(stderr, "\n");
  exit(1);
}

void hold_pid_file(const char *path) {
  int file = lock_pid_file(path);
  if (file == -1) give_way(path);
  remove_at_exit(file, path);
  write_pid(file, getpid());
}
