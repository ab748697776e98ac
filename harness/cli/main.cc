// SPDX-License-Identifier: Apache-2.0
#include "cli/check.h"
#include "cli/commands.h"
#include "cli/list.h"
#include "cli/options.h"

#include <watertight/watertight.h>

#include <cstdio>
#include <exception>
#include <iostream>

namespace watertight::cli {
namespace {

constexpr int kUsageError = 2;
constexpr int kHarnessFault = 3;

/// A closed standard stream would give its number to the next file that is opened, and our output
/// to that file.
void open_missing_standard_streams() {
  while (std::FILE* const null = std::fopen("/dev/null", "r+")) {
    if (fileno(null) <= fileno(stderr)) continue;
    (void)std::fclose(null);
    return;
  }
}

void require_written(std::ostream& out) {
  out.flush();
  if (!out) throw HarnessError("write", "standard output", 0);
}

int run(const std::vector<std::string>& arguments) {
  open_missing_standard_streams();
  if (const Command* command = find_command(arguments)) {
    const int exit_code = command->run({arguments.begin() + 1, arguments.end()});
    require_written(std::cout);
    return exit_code;
  }
  const std::vector<ParsedCommandLine> lines = parse_runs(arguments);
  const ParsedCommandLine& line = lines.front();
  switch (line.action) {
    case ParsedCommandLine::Action::kHelp:
      std::cout << line.help;
      return 0;
    case ParsedCommandLine::Action::kVersion:
      std::cout << version() << "\n";
      return 0;
    case ParsedCommandLine::Action::kList:
      write_list(lines, std::cout);
      return 0;
    case ParsedCommandLine::Action::kCheck:
      return line.is_bisect ? exit_code_for_bisect(run_checks(lines)) : run_checks(lines);
  }
  return kUsageError;
}

int run_and_explain(const std::vector<std::string>& arguments) {
  try {
    return run(arguments);
  } catch (const ScenarioError& error) {
    std::cerr << "watertight: " << error.what() << "\n";
    return kUsageError;
  } catch (const std::exception& error) {
    std::cerr << "watertight: could not measure: " << error.what() << "\n";
    return kHarnessFault;
  }
}

}  // namespace
}  // namespace watertight::cli

int main(int argc, char** argv) {
  using namespace watertight::cli;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int exit_code = run_and_explain(arguments);
  return asks_for_bisect(arguments) ? exit_code_for_bisect(exit_code) : exit_code;
}
