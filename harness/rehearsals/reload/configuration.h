// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "rehearsals/check.h"

#include <watertight/scenario.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace watertight::rehearsals {

/// The index in Scenario::files of what its daemon reads again at SIGHUP: the file that says so,
/// else the only one that the command names. Empty where there is none. Placeholders replaced or
/// not.
std::optional<std::size_t> find_configuration(const Scenario& scenario);

/// The path of a file of the scenario, relative ones below `{state}`.
std::filesystem::path path_in(const std::filesystem::path& state, const FileTemplate& file);

/// What came of one SIGHUP.
struct Reloaded {
  bool was_read = false;  ///< The configuration was opened; only told where there is one.
  bool is_alive = false;
  std::vector<std::string> lost;         ///< possessions.h
  std::optional<std::string> complaint;  ///< Of a client.
  bool is_well() const { return is_alive && lost.empty() && !complaint; }
  std::string describe() const;  ///< What is wrong: "it exited with 1", "it lost the lock on it".
};

/// Sends SIGHUP to the main process of a daemon that is quiet, and waits until that has read
/// `configuration` (it has a second to begin) and is quiet again.
Reloaded reload_once(launch::Daemon& daemon, const std::filesystem::path& configuration,
                     const Interrupted& interrupted);

}  // namespace watertight::rehearsals
