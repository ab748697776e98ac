// SPDX-License-Identifier: Apache-2.0
//
// What makes and removes files.
#define _GNU_SOURCE
#include "agent/descriptors.h"
#include "agent/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t key_of(const struct stat *facts) {
  const uint64_t hash = facts->st_ino ^ (uint64_t)facts->st_dev * 0x9e3779b97f4a7c15u;
  return hash != 0 ? hash : 1;
}

int would_make_file(int directory, const char *path, int flags) {
  if ((flags & O_CREAT) == 0 || path == NULL) return 0;
  const int saved_errno = errno;
  const int is_missing = syscall(SYS_faccessat, directory, path, F_OK) != 0 && errno == ENOENT;
  errno = saved_errno;
  return is_missing;
}

static void note_inode(const struct stat *facts, const void *caller) {
  if (is_counting_process()) add_handle(kWatertightAgentFile, key_of(facts), 0, caller);
}

void note_file(int fd, const void *caller) {
  struct stat facts;
  const int saved_errno = errno;
  if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_nlink == 1)
    note_inode(&facts, caller);
  errno = saved_errno;
}

void note_folder(const char *path, const void *caller) {
  struct stat facts;
  const int saved_errno = errno;
  if (lstat(path, &facts) == 0) note_inode(&facts, caller);
  errno = saved_errno;
}

struct Handle forget_file(int directory, const char *path) {
  struct Handle removed = {0};
  if (!is_counting_process() || !has_handles(kWatertightAgentFile)) return removed;
  struct stat facts;
  const int saved_errno = errno;
  if (fstatat(directory, path, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
      (facts.st_nlink == 1 || S_ISDIR(facts.st_mode)))
    removed = remove_handle(kWatertightAgentFile, key_of(&facts));
  errno = saved_errno;
  return removed;
}

#pragma GCC visibility push(default)

#define CALLER __builtin_return_address(0)

#define WATERTIGHT_MAKES(name, parameters, arguments) \
  int name parameters {                               \
    WATERTIGHT_ENSURE_STARTED();                      \
    const int fd = next.name arguments;               \
    if (fd >= 0) note_file(fd, CALLER);               \
    return note_descriptor(fd, CALLER);               \
  }
WATERTIGHT_MAKES(mkstemp, (char *pattern), (pattern))
WATERTIGHT_MAKES(mkstemp64, (char *pattern), (pattern))
WATERTIGHT_MAKES(mkostemp, (char *pattern, int flags), (pattern, flags))
WATERTIGHT_MAKES(mkostemp64, (char *pattern, int flags), (pattern, flags))
WATERTIGHT_MAKES(mkstemps, (char *pattern, int suffix), (pattern, suffix))
WATERTIGHT_MAKES(mkstemps64, (char *pattern, int suffix), (pattern, suffix))
WATERTIGHT_MAKES(mkostemps, (char *pattern, int suffix, int flags), (pattern, suffix, flags))
WATERTIGHT_MAKES(mkostemps64, (char *pattern, int suffix, int flags), (pattern, suffix, flags))

char *mkdtemp(char *pattern) {
  WATERTIGHT_ENSURE_STARTED();
  char *path = next.mkdtemp(pattern);
  if (path != NULL) note_folder(path, CALLER);
  return path;
}

static int restore_unless(int result, struct Handle removed) {
  if (result != 0 && removed.site != 0) restore_handle(kWatertightAgentFile, removed);
  return result;
}

#define WATERTIGHT_REMOVES(name, at, gone, parameters, arguments) \
  int name parameters {                                           \
    WATERTIGHT_ENSURE_STARTED();                                  \
    const struct Handle removed = forget_file(at, gone);          \
    return restore_unless(next.name arguments, removed);          \
  }
WATERTIGHT_REMOVES(unlink, AT_FDCWD, path, (const char *path), (path))
WATERTIGHT_REMOVES(unlinkat, at, path, (int at, const char *path, int flags), (at, path, flags))
WATERTIGHT_REMOVES(rmdir, AT_FDCWD, path, (const char *path), (path))
WATERTIGHT_REMOVES(remove, AT_FDCWD, path, (const char *path), (path))

static int is_same_file(int at, const char *path, int other_at, const char *other) {
  struct stat facts, other_facts;
  const int saved_errno = errno;
  const int same = fstatat(at, path, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
                   fstatat(other_at, other, &other_facts, AT_SYMLINK_NOFOLLOW) == 0 &&
                   facts.st_dev == other_facts.st_dev && facts.st_ino == other_facts.st_ino;
  errno = saved_errno;
  return same;
}

// What had the new name goes.
static struct Handle forget_replaced(int at, const char *from, int to_at, const char *to) {
  if (!is_counting_process() || !has_handles(kWatertightAgentFile) ||
      is_same_file(at, from, to_at, to))
    return (struct Handle){0};
  return forget_file(to_at, to);
}

int rename(const char *from, const char *to) {
  WATERTIGHT_ENSURE_STARTED();
  const struct Handle removed = forget_replaced(AT_FDCWD, from, AT_FDCWD, to);
  return restore_unless(next.rename(from, to), removed);
}

int renameat(int at, const char *from, int to_at, const char *to) {
  WATERTIGHT_ENSURE_STARTED();
  const struct Handle removed = forget_replaced(at, from, to_at, to);
  return restore_unless(next.renameat(at, from, to_at, to), removed);
}

enum { kKeepsBoth = 1 << 1 };  // RENAME_EXCHANGE

int renameat2(int at, const char *from, int to_at, const char *to, unsigned flags) {
  WATERTIGHT_ENSURE_STARTED();
  struct Handle removed = {0};
  if ((flags & kKeepsBoth) == 0) removed = forget_replaced(at, from, to_at, to);
  return restore_unless(next.renameat2(at, from, to_at, to, flags), removed);
}

#pragma GCC visibility pop
