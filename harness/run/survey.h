// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"

#include <watertight/scenario.h>

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace watertight::run {

/// What is found out about a daemon by starting it, looking at it, asking it a little and stopping
/// it: the start of a scenario. Remarks are sentences for people, by the part of the scenario that
/// they belong to.
struct Survey {
  /// Command, ready, pid_file and stress are filled in; ports that the command names and the daemon
  /// listens at have become `{port}`.
  Scenario scenario;
  std::vector<std::string> on_command;   ///< Processes, files, output.
  std::vector<std::string> on_ready;     ///< How long it took, and where it listens.
  std::vector<std::string> on_pid_file;  ///< Who holds what lock.
  std::vector<std::string> on_stress;    ///< What it answered, which signals it handles.
  std::vector<std::string> on_window;    ///< How it ended.
};

/// Sends a listener at most a GET, or a line and a GET. Throws HarnessError where we failed, never
/// for the daemon.
std::variant<Survey, launch::LaunchFailure> survey(const Scenario& scenario,
                                                   const std::function<int()>& interrupted);

/// The text with each `port`, as a number of its own, replaced by `placeholder`.
std::string with_port_replaced(const std::string& text, unsigned port,
                               const std::string& placeholder);

}  // namespace watertight::run
