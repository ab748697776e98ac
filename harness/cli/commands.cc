// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/explain.h"
#include "cli/judge.h"

#include <algorithm>

namespace watertight::cli {

std::span<const Command> other_commands() {
  static constexpr Command kTable[] = {
      {"explain", "what a check looks for, how and why, and the cure", run_explain},
      {"judge", "the verdict on a recorded series (CSV, or the JSON of an earlier run)", run_judge},
  };
  return kTable;
}

const Command* find_command(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return nullptr;
  const auto commands = other_commands();
  const auto found = std::ranges::find(commands, arguments.front(), &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names = {"check"};
  for (const Command& command : other_commands()) names.emplace_back(command.name);
  return names;
}

}  // namespace watertight::cli
