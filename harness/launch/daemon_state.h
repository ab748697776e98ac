// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "launch/ports.h"
#include "launch/site_state.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace watertight::launch {

/// What a Daemon owns. Its guard, like all guards of a site, removes the folder when the harness
/// dies: the last of them finds nobody who still writes there.
struct Daemon::State {
  explicit State(std::shared_ptr<SiteState> where);
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  std::vector<std::string> log_tail(std::size_t lines) const;

  std::shared_ptr<SiteState> site;
  Guard guard;
  std::filesystem::path output;
  std::optional<Ports> own_ports;  ///< Where they are not the site's.
  Scenario scenario;               ///< Placeholders replaced.
  pid_t launched = 0;              ///< What was executed.
  std::optional<posix::ProcessHandle> main;
  Duration ready_after{};
  posix::Clock::time_point ready_at;
};

}  // namespace watertight::launch
