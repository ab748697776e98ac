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
  const bool is_live = posix::is_terminal(fileno(stderr)) && !line.reports.is_quiet;
  report::LiveProgress progress(std::cerr, report::detect_style(fileno(stderr), line.reports.color),
                                is_live, interruption);
  Report report = check(line.scenario, &progress);
  report.invocation = line.invocation;
  progress.clear();
  return report;
}

int run_check(const ParsedCommandLine& line) {
  require_writable(line.reports);
  const Report report = check_with_progress(line);
  try {
    write_reports(report, line.reports);
  } catch (const HarnessError& error) {
    std::cerr << "watertight: the report is lost: " << error.what() << "\n";
    return report.exit_code() == 0 ? kHarnessFault : report.exit_code();
  }
  return report.exit_code();
}

}  // namespace watertight::cli
