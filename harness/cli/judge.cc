// SPDX-License-Identifier: Apache-2.0
#include "cli/judge.h"

#include "cli/arguments.h"
#include "cli/write_reports.h"
#include "run/recorded_series.h"
#include "scenario/parse.h"
#include "scenario/resources.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace watertight::cli {
namespace {

constexpr std::string_view kJudgeHelp =
    R"(Examples:
  watertight judge --html report.html series.csv
  watertight judge --tolerate rss=1B/op report.json

Usage: watertight judge [OPTIONS] SERIES

Judges a recorded series as a run would that had recorded it. SERIES is CSV (ops,t,RESOURCE,...; a
resource that ends in _kb is KiB of memory, others are counted; a cell may be empty) or the JSON
report of an earlier run. A column `fds` is judged as the check growth.fds.

Verdict
  --tolerate RES=RATE *  a leak that is accepted: fds=0, anon=1B/op, fds=1/1000op
  --pool RES=SIZE *      a bounded pool: growth within it is no leak: anon=64MiB
  --alpha P              chance of any false alarm among all resources, 0.1%
  --rigorous             only the test whose error bound is a theorem
  --strict               warnings fail and blind spots are inconclusive
Report
  --html FILE  --json FILE  --junit FILE  --sarif FILE  --tap FILE  --openmetrics FILE
  --folded FILE  ('-': stdout)
  -q, --quiet  --color auto|always|never  --help

Exit code: 0 pass, 1 fail, 2 usage or no series, 4 inconclusive.
)";

struct Arguments {
  bool wants_help = false;
  std::string series;
  std::vector<std::string> tolerate, pools;
  std::string alpha = "0.001";
  bool is_strict = false, is_rigorous = false;
  ReportTargets targets;
};

Arguments take_apart(const std::vector<std::string>& arguments) {
  Arguments result;
  CLI::App app;
  app.set_help_flag();
  app.add_flag("-h,--help", result.wants_help);
  app.add_option("series", result.series);
  app.add_option("--tolerate", result.tolerate)->allow_extra_args(false);
  app.add_option("--pool", result.pools)->allow_extra_args(false);
  app.add_option("--alpha", result.alpha);
  app.add_flag("--strict", result.is_strict);
  app.add_flag("--rigorous", result.is_rigorous);
  for (const ReportOption& option : report_options())
    app.add_option(option.name, result.targets.*option.path);
  app.add_flag("-q,--quiet", result.targets.is_quiet);
  app.add_option("--color", result.targets.color);
  parse_arguments(app, arguments, "judge");
  if (!result.wants_help && result.series.empty()) throw_usage_error("which series?", "judge");
  return result;
}

run::SeriesOptions options_of(const Arguments& given) {
  run::SeriesOptions options{.alpha = scenario::parse_alpha(given.alpha),
                             .is_strict = given.is_strict,
                             .is_rigorous = given.is_rigorous};
  if (given.tolerate.empty() && given.pools.empty()) return options;
  const std::vector<run::SeriesResource> resources = run::resources_of(given.series);
  std::vector<scenario::GrowthResource> known;
  for (const run::SeriesResource& resource : resources)
    known.push_back({resource.id, resource.is_in_bytes});
  for (const std::string& text : given.tolerate)
    options.tolerate.push_back(scenario::parse_tolerance_of(text, known));
  for (const std::string& text : given.pools)
    options.pools.push_back(scenario::parse_pool_of(text, known));
  return options;
}

}  // namespace

int run_judge(const std::vector<std::string>& arguments) {
  const Arguments given = take_apart(arguments);
  if (given.wants_help) {
    std::cout << kJudgeHelp;
    return 0;
  }
  require_writable(given.targets);
  Report report = run::judge_series(given.series, options_of(given));
  report.invocation = invocation_of("judge", arguments);
  write_reports(report, given.targets);
  return report.exit_code();
}

}  // namespace watertight::cli
