// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "posix/limit.h"
#include "posix/unique_fd.h"

#include <cstdint>
#include <map>
#include <vector>

namespace watertight::rehearsals {

/// For as long as it lives no process of the instance gets a new descriptor: its limit is the
/// number that follows its highest one. (A limit below what it has open would fail poll(2), which
/// is none of the daemon's fault.)
class FullTable {
 public:
  /// Throws HarnessError.
  explicit FullTable(const launch::Daemon& daemon);
  FullTable(const FullTable&) = delete;
  FullTable& operator=(const FullTable&) = delete;
  ~FullTable() { end(); }

  void end();

  bool is_refused() const { return before_.empty(); }  ///< Its limits are not ours to set.
  std::uint64_t free() const { return free_; }         ///< Descriptors that are left nevertheless.

 private:
  std::map<pid_t, posix::Limit> before_;
  std::uint64_t free_ = 0;
};

/// Connections that say nothing, `count` at each stream that the stress knows.
std::vector<posix::UniqueFd> connect_silently(const Scenario& scenario, std::uint64_t count);

}  // namespace watertight::rehearsals
