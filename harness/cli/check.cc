// SPDX-License-Identifier: Apache-2.0
#include "cli/check.h"

#include "cli/interruption.h"
#include "cli/write_reports.h"
#include "posix/terminal.h"
#include "report/progress.h"
#include "report/terminal.h"

#include <watertight/watertight.h>

#include <cstdio>
#include <iostream>

namespace watertight::cli {
namespace {

constexpr int kHarnessFault = 3;

}  // namespace

Report check_with_progress(const ParsedCommandLine& line) {
  note_interruptions();
  const bool is_live = posix::is_terminal(fileno(stderr)) && !line.is_quiet;
  report::LiveProgress progress(std::cerr, report::detect_style(fileno(stderr), line.color),
                                is_live, interruption);
  const Report report = check(line.scenario, &progress);
  progress.clear();
  return report;
}

int run_check(const ParsedCommandLine& line) {
  const ReportTargets targets{line.json, line.junit, line.color, line.is_quiet};
  require_writable(targets);
  const Report report = check_with_progress(line);
  try {
    write_reports(report, targets);
  } catch (const HarnessError& error) {
    std::cerr << "watertight: the report is lost: " << error.what() << "\n";
    return report.exit_code() == 0 ? kHarnessFault : report.exit_code();
  }
  return report.exit_code();
}

}  // namespace watertight::cli
