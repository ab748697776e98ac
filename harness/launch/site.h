// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "launch/gate.h"

#include <watertight/scenario.h>

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace watertight::launch {

struct SiteState;

/// Where instances of one daemon are started, together or one after another: one `{state}`, the
/// scenario's files, its setup run once. What one instance leaves there, the next one finds, as on
/// a machine where init starts it again.
///
/// Teardown runs, and the folder goes, when the site and all its daemons are gone.
class Site {
 public:
  /// How an instance is started.
  struct Start {
    /// False: ports of the site, the same for all instances. True: ports that no other instance
    /// has, so that not bind(2) decides which of them lives; files of the scenario that name a port
    /// are then written anew, under a name of their own that replaces the first one in the command.
    bool has_own_ports = false;
    /// False: start() returns as soon as the command is executed. Then main() is the process that
    /// executes it, ready_after() is 0, and a daemon that ends at once is a Daemon too.
    bool waits_until_ready = true;
    /// The command is executed when the gate opens. Not together with `waits_until_ready`.
    const Gate* gate = nullptr;
    /// The file in which the agent counts (agent_abi), which is then preloaded; empty: the daemon
    /// runs bare.
    std::filesystem::path agent_area = {};
    /// Put before the command, which it has to execute: `{"/usr/bin/nice", "-n", "5"}`.
    std::vector<std::string> through = {};
    /// True: the command is executed even where somebody else serves an address of the scenario.
    bool meets_taken_ports = false;
    /// Called with the processes of a daemon that was not ready in time, before they are killed.
    std::function<void(std::span<const pid_t>)> before_giving_up = {};
  };

  /// Makes the folder, writes files, runs setup. Throws HarnessError where we failed.
  static std::variant<Site, LaunchFailure> prepare(const Scenario& scenario,
                                                   const std::function<int()>& interrupted = {});

  /// Throws HarnessError where we failed, never for the daemon.
  std::variant<Daemon, LaunchFailure> start(const Start& how);
  std::variant<Daemon, LaunchFailure> start() { return start(Start{}); }

  const RunFolder& folder() const;
  std::filesystem::path state() const { return folder().state(); }  ///< `{state}`
  const Scenario& scenario() const;  ///< Placeholders replaced by the values of the site.

 private:
  Site(std::shared_ptr<SiteState> state, std::function<int()> interrupted)
      : state_(std::move(state)), interrupted_(std::move(interrupted)) {}

  std::shared_ptr<SiteState> state_;
  std::function<int()> interrupted_;
};

}  // namespace watertight::launch
