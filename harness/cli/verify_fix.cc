// SPDX-License-Identifier: Apache-2.0
#include "cli/verify_fix.h"

#include "cli/arguments.h"
#include "cli/check.h"
#include "cli/options.h"
#include "cli/write_reports.h"
#include "report/difference.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace watertight::cli {
namespace {

constexpr std::string_view kVerifyFixHelp =
    R"(Examples:
  watertight verify-fix --before old/mydaemon --after new/mydaemon scenario.toml
  watertight verify-fix --before ./old --after ./new --only growth.fds -- mydaemon --port {port}

Usage: watertight verify-fix --before OLD --after NEW [OPTIONS] [SCENARIO.toml] [-- DAEMON ARG...]

Checks two builds of a daemon in the same way, OLD and NEW each in place of the program that the
scenario or the command line names. The leak must be there before and gone after, and the line of
what is gone says what would have been seen. OPTIONS are those of `check`; report files are of NEW.

Exit code: 0 fixed, 1 not, or something new fails, 2 usage, 3 a daemon did not start or died, 4 no
leak was seen before, or nothing can be said after, 128+n ended by signal n.
)";

/// Takes `NAME VALUE` or `NAME=VALUE` out of what stands before `--`.
std::string take(std::vector<std::string>& arguments, const std::string& name) {
  const auto end = std::ranges::find(arguments, "--");
  const auto found = std::find_if(arguments.begin(), end, [&](const std::string& argument) {
    return argument == name || argument.starts_with(name + "=");
  });
  if (found == end) throw_usage_error(fmt::format("{} is missing", name), "verify-fix");
  if (*found != name) {
    const std::string value = found->substr(name.size() + 1);
    arguments.erase(found);
    return value;
  }
  if (found + 1 == end) throw_usage_error(fmt::format("{} which?", name), "verify-fix");
  const std::string value = *(found + 1);
  arguments.erase(found, found + 2);
  return value;
}

Report check_build(ParsedCommandLine line, const std::string& program, std::string_view which) {
  line.scenario.command.front() = program;
  Report report = check_with_progress(line);
  if (!report.error.empty())
    std::cerr << fmt::format("watertight: {} ({}): {}\n", program, which, report.error);
  return report;
}

int conclude(report::Fix fix) {
  switch (fix) {
    case report::Fix::kFixed:
      std::cout << "fixed\n";
      return 0;
    case report::Fix::kNotFixed:
      std::cout << "not fixed\n";
      return 1;
    case report::Fix::kUnsettled:
      std::cout << "not settled\n";
      return 4;
    case report::Fix::kNothingToFix:
      std::cout << "no leak was seen before: nothing to fix\n";
      return 4;
  }
  return 4;
}

}  // namespace

int run_verify_fix(const std::vector<std::string>& given) {
  std::vector<std::string> arguments = given;
  const auto options_end = std::ranges::find(arguments, "--");
  if (std::find(arguments.begin(), options_end, "--help") != options_end) {
    std::cout << kVerifyFixHelp;
    return 0;
  }
  const std::string before = take(arguments, "--before"), after = take(arguments, "--after");
  arguments.insert(arguments.begin(), "check");
  const ParsedCommandLine line = parse_command_line(arguments);
  ReportTargets targets = line.reports;
  targets.is_quiet = true;
  require_writable(targets);

  const Report old_report = check_build(line, before, "before");
  if (!old_report.error.empty() || old_report.interrupted_by) return old_report.exit_code();
  const Report new_report = check_build(line, after, "after");
  write_reports(new_report, targets);
  if (!new_report.error.empty() || new_report.interrupted_by) return new_report.exit_code();
  const report::Fix fix = report::judge_fix(old_report, new_report);
  if (fix == report::Fix::kNothingToFix) {
    ReportTargets on_terminal;
    on_terminal.color = targets.color;
    write_reports(old_report, on_terminal);
  }
  report::write_changes(report::changes_between(old_report, new_report), std::cout);
  return conclude(fix);
}

}  // namespace watertight::cli
