// SPDX-License-Identifier: Apache-2.0
#include "launch/guard/cgroup.h"

#include "launch/guard/read_text.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace watertight::guard {
namespace {

constexpr int kPathSize = 4096;

/// The folder of the cgroup that we run in, as a path of this mount namespace.
bool find_own_folder(char* folder) {
  static char mount_point[kPathSize], root[kPathSize], path[kPathSize];
  Text mountinfo, self_cgroup;
  bool is_found = mountinfo.read("/proc/self/mountinfo") && self_cgroup.read("/proc/self/cgroup") &&
                  find_cgroup_mount(mountinfo.begin(), mount_point, root) &&
                  find_cgroup_path(self_cgroup.begin(), path);
  if (!is_found) return false;
  std::size_t hidden = strcmp(root, "/") == 0 ? 0 : strlen(root);
  if (strncmp(path, root, hidden) != 0) return false;
  const char* below = strcmp(path + hidden, "/") == 0 ? "" : path + hidden;
  int length = snprintf(folder, kPathSize, "%s%s", mount_point, below);
  return length > 0 && length < kPathSize;
}

/// One that is there already is left from a guard that was killed, and had this pid before us, or
/// is that of a guard in another pid namespace. It is never taken: the kernel kills who is forked
/// into one that was killed once (kill_seq in kernel/cgroup/cgroup.c; seen on 6.18).
bool make_folder(const char* own_folder, char* path) {
  constexpr int kMostNames = 1000;
  for (int number = 0; number < kMostNames; ++number) {
    char another[16] = "";
    if (number > 0) (void)snprintf(another, sizeof another, ".%d", number);
    int length = snprintf(path, kPathSize, "%s/watertight.%d%s", own_folder, getpid(), another);
    if (length >= kPathSize) return false;
    if (mkdir(path, 0755) == 0) return true;
    if (errno != EEXIST) return false;
  }
  return false;
}

void close_all(Cgroup& cgroup) {
  for (int* fd : {&cgroup.folder, &cgroup.kill}) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
  }
}

bool remove_folder(int parent, const char* name) {
  if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT;
  DIR* folder = fdopendir(fd);
  while (const dirent* entry = folder != nullptr ? readdir(folder) : nullptr) {
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
      remove_folder(dirfd(folder), entry->d_name);
    }
  }
  if (folder != nullptr) closedir(folder);
  return unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

}  // namespace

bool find_cgroup_mount(const char* mountinfo, char* mount_point, char* root) {
  for (const char* line = mountinfo; line != nullptr && *line != '\0';) {
    const char* end = strchr(line, '\n');
    const char* separator = strstr(line, " - ");
    bool is_v2 = separator != nullptr && (end == nullptr || separator < end) &&
                 strncmp(separator, " - cgroup2 ", 11) == 0;
    if (is_v2 && sscanf(line, "%*s %*s %*s %4095s %4095s", root, mount_point) == 2) return true;
    line = end != nullptr ? end + 1 : nullptr;
  }
  return false;
}

bool find_cgroup_path(const char* self_cgroup, char* path) {
  for (const char* line = self_cgroup; line != nullptr && *line != '\0';) {
    if (strncmp(line, "0::", 3) == 0) return sscanf(line + 3, "%4095[^\n]", path) == 1;
    const char* end = strchr(line, '\n');
    line = end != nullptr ? end + 1 : nullptr;
  }
  return false;
}

void make_cgroup(Cgroup& cgroup) {
  static char own_folder[kPathSize];
  if (!find_own_folder(own_folder)) return;
  if (!make_folder(own_folder, cgroup.path)) return;
  cgroup.folder = open(cgroup.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (cgroup.folder >= 0) {
    cgroup.kill = openat(cgroup.folder, "cgroup.kill", O_WRONLY | O_CLOEXEC);
  }
  if (cgroup.kill < 0) {
    close_all(cgroup);
    rmdir(cgroup.path);
  }
}

void kill_cgroup(const Cgroup& cgroup) {
  if (cgroup.kill >= 0) (void)!write(cgroup.kill, "1", 1);
}

bool remove_cgroup(Cgroup& cgroup) {
  if (cgroup.folder < 0) return true;
  if (!remove_folder(AT_FDCWD, cgroup.path)) return false;
  close_all(cgroup);
  return true;
}

}  // namespace watertight::guard
