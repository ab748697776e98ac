// SPDX-License-Identifier: Apache-2.0
#include "launch/guard/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace watertight::guard {
namespace {

/// The most that PID_MAX_LIMIT allows; pages that no pid falls in are never touched.
constexpr pid_t kMostPids = 1 << 22;

class PidSet {
 public:
  bool holds(pid_t pid) const { return (words_[pid / 64] >> (pid % 64) & 1) != 0; }
  void add(pid_t pid) { words_[pid / 64] |= bit(pid); }
  void remove(pid_t pid) { words_[pid / 64] &= ~bit(pid); }

 private:
  static std::uint64_t bit(pid_t pid) { return std::uint64_t{1} << (pid % 64); }
  std::uint64_t words_[kMostPids / 64];
};

PidSet family;

pid_t read_parent(pid_t pid) {
  char path[32];
  (void)snprintf(path, sizeof path, "/proc/%d/stat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  char text[512];
  ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  if (size <= 0) return -1;
  text[size] = '\0';
  return parse_parent(text);
}

/// Visits every process of /proc. A small buffer keeps the time between the kernel's look-up of a
/// pid and our look at it to a few microseconds.
template <typename Visit>
void for_each_pid(Visit visit) {
  int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) return;
  alignas(dirent64) char buffer[128];
  for (;;) {
    long size = syscall(SYS_getdents64, proc, buffer, sizeof buffer);
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
      int pid = atoi(entry->d_name);
      if (pid > 0 && pid < kMostPids) visit(pid);
      at += entry->d_reclen;
    }
  }
  close(proc);
}

int signal_to_send;

void send(pid_t pid) {
  pid_t group = getpgid(pid);
  kill(pid, signal_to_send);
  if (group > 1 && group != getpgrp()) kill(-group, signal_to_send);
}

}  // namespace

pid_t parse_parent(const char* stat) {
  const char* name_end = strrchr(stat, ')');  // The name itself may hold brackets and blanks.
  pid_t parent;
  bool is_whole = name_end != nullptr && sscanf(name_end + 1, " %*c %d", &parent) == 1;
  return is_whole ? parent : -1;
}

int for_each_descendant(void (*visit)(pid_t pid)) {
  static pid_t members[kMostPids];
  int count = 0;
  family.add(getpid());
  for_each_pid([&](pid_t pid) {
    pid_t parent = read_parent(pid);
    if (parent <= 0 || parent >= kMostPids || !family.holds(parent) || family.holds(pid)) return;
    family.add(pid);
    members[count++] = pid;
    visit(pid);
  });
  for (int i = 0; i < count; ++i) family.remove(members[i]);
  return count;
}

int signal_descendants(int signal_number) {
  signal_to_send = signal_number;
  return for_each_descendant(send);
}

}  // namespace watertight::guard
