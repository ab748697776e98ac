// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "launch/guard.h"
#include "launch/ready_signs.h"
#include "posix/process.h"

#include <functional>
#include <optional>

namespace watertight::launch {

/// A daemon on its way to ready.
struct Starting {
  Guard& guard;
  const posix::ProcessHandle&
      launched;  ///< What was executed; may be a launcher that forks and exits.
  posix::Clock::time_point launched_at;
  Duration timeout;
  std::function<int()> interrupted;  ///< May be empty.
};

/// Polls until the sign is shown (empty), or until it is clear that it will not be: the daemon
/// died, time is up, or somebody interrupts. The log tail is left to the caller. Throws
/// HarnessError.
std::optional<LaunchFailure> wait_until_ready(const Starting& starting, ReadySign& sign);

}  // namespace watertight::launch
