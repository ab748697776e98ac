// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/site.h"
#include "posix/limit.h"
#include "rehearsals/check.h"
#include "rehearsals/stage.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace watertight::rehearsals {

/// What a running daemon is made short of while clients come, and how.
struct Shortage {
  std::string_view of;  ///< "memory (ENOMEM)"
  std::function<launch::Site::Start(launch::Site&)> how = [](launch::Site&) {
    return launch::Site::Start{};
  };
  /// Begins it; gives the reason where there can be none.
  std::function<std::optional<std::string>(launch::Daemon&)> begin = {};
  std::function<void(launch::Daemon&)> end = {};
};

/// Whether a fresh instance that is short of it lives, rests, and answers again when that is over.
/// Not applicable where all clients were answered all the same.
CheckResult withstand(const Scenario& scenario, const Interrupted& interrupted,
                      const Shortage& shortage);

/// A limit of every process of an instance, taken back by end().
class TreeLimit {
 public:
  /// `most` gives the limit of one process; empty: leave it alone.
  void begin(const launch::Daemon& daemon, posix::Resource resource,
             const std::function<std::optional<std::uint64_t>(pid_t)>& most);
  void end(const launch::Daemon& daemon);
  bool is_refused() const { return before_.empty(); }

 private:
  posix::Resource resource_{};
  std::map<pid_t, posix::Limit> before_;
};

}  // namespace watertight::rehearsals
