// SPDX-License-Identifier: Apache-2.0
#include "cli/check.h"

#include "cli/interruption.h"
#include "cli/matrix.h"
#include "cli/write_reports.h"
#include "posix/terminal.h"
#include "report/progress.h"
#include "report/terminal.h"

#include <watertight/watertight.h>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string_view>

namespace watertight::cli {
namespace {

constexpr int kHarnessFault = 3;

/// Progress is drawn over itself, which takes a terminal that can move its cursor.
bool is_live_terminal(int fd) {
  const char* const kind = std::getenv("TERM");
  return posix::is_terminal(fd) && kind != nullptr && *kind != '\0' &&
         std::string_view(kind) != "dumb";
}

}  // namespace

Report check_with_progress(const ParsedCommandLine& line) {
  note_interruptions();
  const bool is_live = is_live_terminal(fileno(stderr)) && !line.reports.is_quiet;
  report::LiveProgress progress(std::cerr, report::detect_style(fileno(stderr), line.reports.color),
                                is_live, interruption);
  Report report = check(line.scenario, &progress);
  report.invocation = line.invocation;
  progress.clear();
  return report;
}

namespace {

int run_check(const ParsedCommandLine& line) {
  const Report report = check_with_progress(line);
  try {
    write_reports(report, line.reports);
  } catch (const HarnessError& error) {
    std::cerr << "watertight: the report is lost: " << error.what() << "\n";
    return report.exit_code() == 0 ? kHarnessFault : report.exit_code();
  }
  return report.exit_code();
}

/// A line for each run of a matrix, below their reports.
void write_summary(const std::vector<ParsedCommandLine>& lines, std::span<const int> exit_codes) {
  std::cout << '\n';
  for (std::size_t i = 0; i < lines.size(); ++i)
    std::cout << fmt::format("{:14} {}\n",
                             i < exit_codes.size() ? word_for(exit_codes[i]) : "not run",
                             lines[i].scenario.name);
}

}  // namespace

int run_checks(const std::vector<ParsedCommandLine>& lines) {
  for (const ParsedCommandLine& line : lines) require_writable(line.reports);
  std::vector<int> exit_codes;
  for (const ParsedCommandLine& line : lines) {
    if (!exit_codes.empty()) std::cout << std::endl;
    exit_codes.push_back(run_check(line));
    const bool is_enough = line.scenario.fails_fast && exit_codes.back() == 1;
    if (interruption() != 0 || is_enough) break;
  }
  if (lines.size() > 1) write_summary(lines, exit_codes);
  return exit_code_of(exit_codes);
}

}  // namespace watertight::cli
