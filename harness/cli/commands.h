// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::cli {

/// A command besides `check`, in a file of its own.
struct Command {
  std::string_view name;
  std::string_view purpose;  ///< Its line of `watertight --help`.
  /// Takes what follows the name, prints, gives the exit code. Throws ScenarioError where the user
  /// is wrong, HarnessError where the harness could not.
  int (*run)(const std::vector<std::string>& arguments);
};

/// All commands but `check`, one line each.
std::span<const Command> other_commands();

/// The command that the first argument names; null where it is none of these.
const Command* find_command(const std::vector<std::string>& arguments);

/// Every word that may follow `watertight`, `check` included.
std::vector<std::string> command_names();

}  // namespace watertight::cli
