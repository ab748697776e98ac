// SPDX-License-Identifier: Apache-2.0
#include "launch/guard/remove_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace watertight::guard {
namespace {

constexpr int kFolderFlags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

int open_folder(int parent, const char* name) {
  int fd = openat(parent, name, O_RDONLY | kFolderFlags);
  if (fd < 0 && errno == EACCES) {
    // chmod(2) follows links, so it goes through a descriptor that is known to be a folder.
    int path_fd = openat(parent, name, O_PATH | kFolderFlags);
    if (path_fd < 0) return -1;
    char link[32];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", path_fd);
    int result = chmod(link, 0700);
    close(path_fd);
    if (result != 0) return -1;
    fd = openat(parent, name, O_RDONLY | kFolderFlags);
  }
  if (fd >= 0) fchmod(fd, 0700);
  return fd;
}

bool is_dot(const char* name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

bool remove_entry(int parent, const char* name);

bool empty_folder(int fd) {
  DIR* folder = fdopendir(fd);
  if (folder == nullptr) {
    close(fd);
    return false;
  }
  bool is_empty = true;
  while (const dirent* entry = readdir(folder)) {
    if (!is_dot(entry->d_name)) is_empty &= remove_entry(dirfd(folder), entry->d_name);
  }
  closedir(folder);
  return is_empty;
}

bool remove_entry(int parent, const char* name) {
  if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return true;
  if (errno != EISDIR && errno != EPERM) return false;
  int fd = open_folder(parent, name);
  if (fd < 0) return errno == ENOENT;
  empty_folder(fd);
  return unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

}  // namespace

bool remove_tree(const char* path) {
  // Somebody may still be writing: what appears behind the reader is removed by the next try.
  for (int tries = 0; tries < 5; ++tries) {
    if (remove_entry(AT_FDCWD, path)) return true;
  }
  return false;
}

}  // namespace watertight::guard
