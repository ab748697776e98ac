// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "rehearsals/check.h"

#include <cstddef>
#include <functional>
#include <string>

namespace watertight::rehearsals {

/// Clients who stay when the daemon is told to end.
struct Company {
  std::string name;                    ///< "with 4 idle clients"
  std::function<std::size_t()> count;  ///< Those that are connected still.
  std::function<void()> leave;         ///< They hang up.
};

/// SIGTERM to the main process of a daemon that has clients. To wait for them past the window is a
/// failure, or a warning where it is plainly a drain: new clients are turned away, no thread hangs
/// in a write, and it ends when its clients have left or at a second SIGTERM.
CheckResult part_from(launch::Daemon& daemon, const Company& company,
                      const Interrupted& interrupted);

}  // namespace watertight::rehearsals
