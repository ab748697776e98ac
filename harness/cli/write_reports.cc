// SPDX-License-Identifier: Apache-2.0
#include "cli/write_reports.h"

#include "cli/report_files.h"
#include "report/folded.h"
#include "report/github.h"
#include "report/html.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/openmetrics.h"
#include "report/sarif.h"
#include "report/tap.h"
#include "report/terminal.h"
#include "run/explanations.h"

#include <watertight/error.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

namespace watertight::cli {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

/// The root of the sources that a report is read beside: of the checkout that we stand in.
std::filesystem::path source_root() {
  if (const std::string workspace = variable("GITHUB_WORKSPACE"); !workspace.empty())
    return workspace;
  const std::filesystem::path here = std::filesystem::current_path();
  std::error_code ignored;
  for (auto folder = here;; folder = folder.parent_path()) {
    if (std::filesystem::exists(folder / ".git", ignored)) return folder;
    if (folder == folder.parent_path()) return here;
  }
}

void write_sarif(const Report& report, std::ostream& out) {
  std::vector<report::Rule> rules;
  for (const run::CheckDescription& check : run::describe_checks()) {
    const rehearsals::Explanation& text = check.explanation;
    rules.push_back({check.id, check.severity, std::string(text.title), std::string(text.what),
                     std::string(text.why), std::string(text.cure)});
  }
  report::write_sarif(report, rules, source_root(), out);
}

/// `out` is where the step's log comes from.
void write_for_github(const Report& report, std::ostream& out) {
  if (variable("GITHUB_ACTIONS") != "true") return;
  report::write_github_annotations(report, source_root(), out);
  const std::string path = variable("GITHUB_STEP_SUMMARY");
  if (path.empty()) return;
  std::ofstream summary(path, std::ios::app);  // Other commands of the step write there as well.
  report::write_github_summary(report, summary);
  if (!summary.flush()) throw HarnessError("write", path, errno);
}

}  // namespace

std::span<const ReportOption> report_options() {
  static constexpr ReportOption kOptions[] = {
      {"--html", &ReportTargets::html, report::write_html},
      {"--json", &ReportTargets::json, report::write_json},
      {"--junit", &ReportTargets::junit, report::write_junit},
      {"--sarif", &ReportTargets::sarif, write_sarif},
      {"--tap", &ReportTargets::tap, report::write_tap},
      {"--openmetrics", &ReportTargets::openmetrics, report::write_openmetrics},
      {"--folded", &ReportTargets::folded, report::write_folded}};
  return kOptions;
}

void require_writable(const ReportTargets& targets) {
  int on_stdout = 0;
  for (const ReportOption& option : report_options()) {
    const std::filesystem::path& path = targets.*option.path;
    require_writable(path);
    on_stdout += path == "-";
  }
  if (on_stdout > 1) throw ScenarioError("only one report can go to standard output");
}

void write_reports(const Report& report, const ReportTargets& targets) {
  bool stdout_is_taken = false;
  std::exception_ptr lost;  // One disk that is full does not cost the other reports.
  for (const ReportOption& option : report_options()) {
    const std::filesystem::path& path = targets.*option.path;
    if (path == "-") {
      stdout_is_taken = true;
      option.write(report, std::cout);
    } else if (!path.empty()) {
      try {
        write_report_file(path, [&](std::ostream& out) { option.write(report, out); });
      } catch (const HarnessError& error) {
        if (lost) std::cerr << "watertight: the report is lost: " << error.what() << "\n";
        if (!lost) lost = std::current_exception();
      }
    }
  }
  std::FILE* const terminal = stdout_is_taken ? stderr : stdout;
  auto style = report::detect_style(fileno(terminal), targets.color);
  style.is_quiet = targets.is_quiet;
  std::ostream& log = stdout_is_taken ? std::cerr : std::cout;
  report::write_terminal(report, log, style);
  write_for_github(report, log);
  std::cout.flush();
  if (!std::cout) throw HarnessError("write", "standard output", 0);
  if (lost) std::rethrow_exception(lost);
}

}  // namespace watertight::cli
