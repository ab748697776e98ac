// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes arguments, gives what to do. Starts nothing, prints nothing, reads nothing but the
/// scenario file that is named.

#include "cli/write_reports.h"

#include <watertight/scenario.h>

#include <string>
#include <vector>

namespace watertight::cli {

/// What the command line asks for.
struct ParsedCommandLine {
  enum class Action {
    kCheck,    ///< Check the daemon of `scenario`.
    kList,     ///< Print what would be checked.
    kHelp,     ///< Print `help` on standard output.
    kVersion,  ///< Print name and version.
  };
  Action action = Action::kCheck;
  std::string help;

  /// What was typed: `watertight` and the arguments.
  std::vector<std::string> invocation;

  Scenario scenario;  ///< Complete and valid; the command line has overridden the file.
  ReportTargets reports;
  bool is_bisect = false;
  std::string values;  ///< Of the scenario file's matrix, for people; empty without one.
};

/// `arguments` without the program's name. What follows the first `--` is the daemon's command, one
/// argument each, never parsed again. One for each run that the matrix of the scenario file asks
/// for. Throws ScenarioError that names the option and the remedy.
std::vector<ParsedCommandLine> parse_runs(const std::vector<std::string>& arguments);

/// The same where one run alone will do: a matrix is a mistake.
ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments);

/// The long names of the options of `check`.
std::vector<std::string> check_option_names();

/// Whether `--bisect` is among the options, also where the rest of them is wrong.
bool asks_for_bisect(const std::vector<std::string>& arguments);

/// For `git bisect run`: what says nothing about the commit (2, 3, 4, 77, 124) becomes 125.
int exit_code_for_bisect(int exit_code);

}  // namespace watertight::cli
