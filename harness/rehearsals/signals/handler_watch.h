// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "proc/process.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace watertight::rehearsals {

/// Finds threads that hang in a signal handler, from `/proc` alone. Such a thread waits for a lock
/// (futex(2)), does not run, and has a signal blocked that the process catches and that it had not
/// blocked when it was well: the kernel blocks a signal while its handler runs. (That it is blocked
/// alone says nothing: the workers of many daemons block all signals.)
class HandlerWatch {
 public:
  /// Remembers what each thread blocks; to be made while the daemon is well and at rest.
  explicit HandlerWatch(const launch::Daemon& daemon);

  /// One line for each thread that hangs, and did not move for 2 s.
  std::vector<std::string> find_stuck(const launch::Daemon& daemon) const;

 private:
  using Thread = std::pair<proc::ProcessId, pid_t>;
  struct Suspect {
    std::uint64_t signals = 0;  ///< Whose handler it may be in.
    std::uint64_t switches = 0;
    std::string wait;  ///< "futex(0x7f…, …)"
  };
  std::map<Thread, Suspect> find_suspects(const launch::Daemon& daemon) const;

  std::map<Thread, std::uint64_t> blocked_before_;
};

}  // namespace watertight::rehearsals
