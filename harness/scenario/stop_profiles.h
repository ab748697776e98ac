// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/scenario.h>

#include <string_view>
#include <vector>

namespace watertight::scenario {

/// What really ends daemons, and how long each waits between its first signal and SIGKILL, or gives
/// up. Supervisors that wait for ever unless told otherwise (s6, daemontools) are not among them.
struct StopProfile {
  /// Who gets the first signal.
  enum class Target {
    kMain,  ///< The main process: PID 1 of a container, the process that a PID file names.
    kAll,   ///< Every process: kill(-1), a whole cgroup.
  };
  std::string_view name;
  Duration window;
  Target target = Target::kMain;
  std::string_view source;          ///< Where the number is written down.
  std::string_view first = "TERM";  ///< The first signal.
};

/// The default first.
const std::vector<StopProfile>& stop_profiles();

/// Of these names, the profiles that SIGKILL what takes this long after their first signal.
std::vector<std::string_view> profiles_missed_by(Duration time);

}  // namespace watertight::scenario
