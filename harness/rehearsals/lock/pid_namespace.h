// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/guard.h"

#include <optional>
#include <string>
#include <vector>

namespace watertight::rehearsals {

/// Processes whose pids are theirs alone: what a daemon does there to "all processes" it does to
/// them (pid_namespaces(7)). Needs root. Ends with its guard.
class PidNamespace {
 public:
  /// Empty where we may not make one.
  static std::optional<PidNamespace> make();

  /// Put before a command, which is then executed in it: Site::Start::through.
  std::vector<std::string> entrance() const;

  /// A process in it that a signal to all of them ends.
  bool is_bystander_alive() const { return !bystander_->has_ended(); }

 private:
  PidNamespace(launch::Guard guard, posix::ProcessHandle init)
      : guard_(std::move(guard)), init_(std::move(init)) {}

  launch::Guard guard_;
  posix::ProcessHandle init_;  ///< unshare(1), outside; its child is pid 1.
  std::optional<posix::ProcessHandle> bystander_;
};

}  // namespace watertight::rehearsals
