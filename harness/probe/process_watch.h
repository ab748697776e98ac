// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/unique_fd.h"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::probe {

/// The children of a process, read from `/proc/PID/task/*/children` files that stay open.
/// A child that a thread forked is listed under that thread (proc(5)).
class ChildrenFiles {
 public:
  explicit ChildrenFiles(pid_t pid);

  /// False where the kernel has no such files (CONFIG_PROC_CHILDREN), or the process is gone.
  bool is_there() const { return static_cast<bool>(main_); }

  /// Appends the pids. `threads`: how many threads the process has now; the files of all but a
  /// single-threaded process are opened anew, because a new thread may have taken the place of an
  /// old one.
  void append_to(std::vector<pid_t>& pids, std::uint64_t threads);

 private:
  pid_t pid_;
  posix::UniqueFd main_;
  std::string buffer_;
};

/// One process of the daemon and its `/proc` files, opened once and read again with pread(2): a
/// look costs what the kernel takes to write the text. The files of a process that ended stay dead,
/// so a reused pid is never mistaken for it.
class ProcessWatch {
 public:
  struct Reading {
    bool is_zombie = false;
    std::uint64_t fds = 0;
    std::uint64_t threads = 0;
    std::uint64_t resident_bytes = 0;  ///< Anonymous and shared memory; file pages come and go.
    std::optional<std::uint64_t> fd_limit;  ///< Soft RLIMIT_NOFILE; empty: unlimited.
  };

  /// Empty where there is no such process.
  static std::optional<ProcessWatch> open(pid_t pid);

  /// Empty once the process has been reaped.
  std::optional<Reading> read();

  ChildrenFiles& children() { return children_; }
  pid_t pid() const { return pid_; }

 private:
  explicit ProcessWatch(pid_t pid) : pid_(pid), children_(pid) {}
  std::uint64_t read_resident(std::uint64_t anonymous, std::uint64_t shmem);

  pid_t pid_;
  posix::UniqueFd folder_;
  posix::UniqueFd status_;
  /// Opened when first needed; empty where it may not be read.
  std::optional<posix::UniqueFd> rollup_;
  bool has_tried_rollup_ = false;
  std::optional<std::uint64_t> fd_limit_;
  ChildrenFiles children_;
  std::string buffer_;
};

/// True where the counters in `/proc/PID/status` are exact. Before Linux 6.16 they are sums of
/// per-CPU or per-thread parts that lag by some dozen pages, and smaps_rollup is read instead.
/// Source: Linux commit 82241a83cd15, "mm: fix the inaccurate memory statistics issue for users".
bool has_exact_resident_counters();

}  // namespace watertight::probe
