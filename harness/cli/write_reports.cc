// SPDX-License-Identifier: Apache-2.0
#include "cli/write_reports.h"

#include "cli/report_files.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/terminal.h"

#include <watertight/error.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>

namespace watertight::cli {
namespace {

/// A report for a machine, and where it goes.
struct ReportFile {
  const std::filesystem::path& path;
  void (*write)(const Report&, std::ostream&);
};

std::array<ReportFile, 2> report_files(const ReportTargets& targets) {
  return {{{targets.json, report::write_json}, {targets.junit, report::write_junit}}};
}

}  // namespace

void require_writable(const ReportTargets& targets) {
  int on_stdout = 0;
  for (const ReportFile& file : report_files(targets)) {
    require_writable(file.path);
    on_stdout += file.path == "-";
  }
  if (on_stdout > 1) throw ScenarioError("only one report can go to standard output");
}

void write_reports(const Report& report, const ReportTargets& targets) {
  bool stdout_is_taken = false;
  for (const ReportFile& file : report_files(targets)) {
    if (file.path == "-") {
      stdout_is_taken = true;
      file.write(report, std::cout);
    } else if (!file.path.empty()) {
      write_report_file(file.path, [&](std::ostream& out) { file.write(report, out); });
    }
  }
  std::FILE* const terminal = stdout_is_taken ? stderr : stdout;
  auto style = report::detect_style(fileno(terminal), targets.color);
  style.is_quiet = targets.is_quiet;
  report::write_terminal(report, stdout_is_taken ? std::cerr : std::cout, style);
  std::cout.flush();
  if (!std::cout) throw HarnessError("write", "standard output", 0);
}

}  // namespace watertight::cli
