// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Who holds which lock on a file. From `/proc/PID/fdinfo` and never from `/proc/locks`,
/// whose pid of a flock(2) is who took the lock, dead or alive, and which leaves out locks taken by
/// processes of other pid namespaces.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::proc {

/// Whom a lock belongs to, and with whom it goes.
enum class LockKind {
  kPosix,     ///< fcntl(2) F_SETLK: the process. A child has none; any close() of the file ends it.
  kOpenFile,  ///< fcntl(2) F_OFD_SETLK: the open file, with all who inherited it.
  kFlock,     ///< flock(2): the open file, with all who inherited it.
};

/// `F_SETLK`, `F_OFD_SETLK`, `flock`.
std::string_view to_string(LockKind kind);

/// One lock that a descriptor holds. Leases are none.
struct LockLine {
  LockKind kind = LockKind::kPosix;
  bool is_exclusive = false;  ///< For writing.
};

/// What `/proc/PID/fdinfo/N` says of locks.
struct LockInfo {
  bool closes_on_exec = false;
  std::vector<LockLine> locks;
};
LockInfo parse_lock_info(std::string_view fdinfo);

/// A lock that a process holds through one of its descriptors. One of F_SETLK is there once for
/// each descriptor of its file.
struct HeldLock {
  LockKind kind = LockKind::kPosix;
  bool is_exclusive = false;
  bool closes_on_exec = false;
  int fd = -1;
  dev_t device = 0;  ///< Of the file behind the descriptor, not what the lock's line names.
  std::uint64_t inode = 0;
  std::uint64_t links = 0;  ///< 0: no path names the file any more.
  std::string target;       ///< Text of the link; ends in ` (deleted)` where nothing has this name.
};

/// Locks on regular files; none for a zombie, empty where the process is gone.
/// Throws HarnessError.
std::optional<std::vector<HeldLock>> read_held_locks(pid_t pid);

}  // namespace watertight::proc
