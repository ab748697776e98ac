// SPDX-License-Identifier: Apache-2.0
#include "cli/compare.h"

#include "cli/arguments.h"
#include "cli/report_files.h"
#include "report/baseline.h"
#include "report/difference.h"
#include "report/read_json.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>

namespace watertight::cli {
namespace {

constexpr std::string_view kDiffHelp =
    R"(Example:
  watertight diff before.json after.json

Usage: watertight diff BEFORE.json AFTER.json

What changed from one report (--json) of a daemon to the next: checks that are new, worse, the
same, better or fixed, and those of which nothing can be said any more. Rates differ where their
99 % intervals do not meet; a call site that was not there before is worse at any rate.

Exit code: 0 nothing is worse, 1 something is new or worse, 2 no report, 4 something is unsettled.
)";

constexpr std::string_view kBaselineHelp =
    R"(Examples:
  watertight check --json report.json scenario.toml; watertight baseline known.json report.json
  watertight check --baseline known.json scenario.toml

Usage: watertight baseline [OPTIONS] BASELINE.json REPORT.json

Makes the file of the leaks that are known, for `check --baseline`, which fails on others only.
Where the file is there already it only shrinks: what is mended goes, what leaks less gets its
lower rate.

  --accept         take in what is new, too
  --reason TEXT    why the leaks that are taken in are there
  --until DAY      accept them until this day, YYYY-MM-DD

Exit code: 0, 2 no report or no baseline.
)";

struct BaselineArguments {
  bool wants_help = false, accepts = false;
  std::string reason, until, baseline, report;
};

BaselineArguments take_apart(const std::vector<std::string>& arguments) {
  BaselineArguments given;
  CLI::App app;
  app.set_help_flag();
  app.add_flag("-h,--help", given.wants_help);
  app.add_flag("--accept", given.accepts);
  app.add_option("--reason", given.reason);
  app.add_option("--until", given.until);
  app.add_option("baseline", given.baseline);
  app.add_option("report", given.report);
  parse_arguments(app, arguments, "baseline");
  if (!given.wants_help && given.report.empty())
    throw_usage_error("which baseline, and which report?", "baseline");
  return given;
}

}  // namespace

int run_diff(const std::vector<std::string>& arguments) {
  bool wants_help = false;
  std::string before, after;
  CLI::App app;
  app.set_help_flag();
  app.add_flag("-h,--help", wants_help);
  app.add_option("before", before);
  app.add_option("after", after);
  parse_arguments(app, arguments, "diff");
  if (wants_help) {
    std::cout << kDiffHelp;
    return 0;
  }
  if (after.empty()) throw_usage_error("which two reports?", "diff");
  const Report older = report::read_json(before), newer = report::read_json(after);
  const std::vector<report::Change> changes = report::changes_between(older, newer);
  report::write_changes(changes, std::cout);
  if (!newer.error.empty()) std::cout << "the newer run ended early: " << newer.error << '\n';
  return report::exit_code_of(changes, newer);
}

int run_baseline(const std::vector<std::string>& arguments) {
  const BaselineArguments given = take_apart(arguments);
  if (given.wants_help) {
    std::cout << kBaselineHelp;
    return 0;
  }
  if (!given.until.empty()) report::require_day(given.until);
  const Report report = report::read_json(given.report);
  const bool is_new = !std::filesystem::exists(given.baseline);
  const report::Baseline before =
      is_new ? report::Baseline() : report::read_baseline(given.baseline);
  report::Baseline after = report::ratcheted(before, report);
  if (is_new || given.accepts)
    after = report::joined(after, report::baseline_of(report, given.reason, given.until));
  require_writable(given.baseline);
  write_report_file(given.baseline, [&](std::ostream& out) { out << report::text_of(after); });
  std::cout << fmt::format("{}: {} known, before {}\n", given.baseline, after.leaks.size(),
                           before.leaks.size());
  return 0;
}

}  // namespace watertight::cli
