// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/guard.h"
#include "launch/ports.h"
#include "launch/run_folder.h"

#include <watertight/scenario.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace watertight::launch {

/// What a Site and its daemons share, from its first folder on: a launch that fails half-way ends
/// in the same order.
struct SiteState {
  /// `path` is the run folder's to be.
  SiteState(const Scenario& wanted, const std::filesystem::path& path);
  SiteState(const SiteState&) = delete;
  SiteState& operator=(const SiteState&) = delete;
  ~SiteState();

  /// Environment, folder, user and output for setup and teardown.
  Command shell_command() const;

  /// Makes the files, with the folders that they need. Paths are relative to `{state}`.
  void write(const std::vector<FileTemplate>& files) const;

  /// The scenario for an instance with ports of its own: a file that names a port has a name of its
  /// own there, wherever the command, the environment or another file speaks of it. Gives only
  /// such files.
  Scenario scenario_for(const Ports& own) const;

  /// A new file for what the next instance prints, owned by the user it runs as.
  std::filesystem::path next_output();

  /// The environment of a daemon: ours, what its scenario adds, and a TMPDIR in the folder where it
  /// adds none.
  std::map<std::string, std::string> environment_of(const Scenario& expanded) const;

  /// Runs setup, teardown and load generators. Outlives the folder, so that there is no moment at
  /// which the death of the harness leaves it behind.
  Guard workbench;
  RunFolder folder;
  Ports ports;
  Scenario wanted;         ///< Placeholders as they were written.
  Scenario scenario;       ///< Placeholders replaced by the values of the site.
  unsigned instances = 0;  ///< Started so far.
  bool needs_teardown = false;
};

}  // namespace watertight::launch
