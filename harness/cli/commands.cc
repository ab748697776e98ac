// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/compare.h"
#include "cli/doctor.h"
#include "cli/explain.h"
#include "cli/init.h"
#include "cli/judge.h"
#include "cli/verify_fix.h"

#include <algorithm>

namespace watertight::cli {

std::span<const Command> other_commands() {
  static constexpr Command kTable[] = {
      {"baseline", "the leaks that are known, so that a run fails on others only", run_baseline},
      {"diff", "what changed from one JSON report to the next", run_diff},
      {"doctor", "what works on this machine, and how to enable the rest", run_doctor},
      {"explain", "what a check looks for, how and why, and the cure", run_explain},
      {"init", "a scenario to begin with, from looking at a daemon", run_init},
      {"judge", "the verdict on a recorded series (CSV, or the JSON of an earlier run)", run_judge},
      {"verify-fix", "the leak is there before and gone after", run_verify_fix},
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
