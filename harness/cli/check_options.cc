// SPDX-License-Identifier: Apache-2.0
#include "cli/check_options.h"

#include "scenario/parse.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace watertight::cli {
namespace {

using Line = ParsedCommandLine;

template <std::vector<std::string> Scenario::*kList>
void append_to(Line& line, const Given& given) {
  if (given.is_first) (line.scenario.*kList).clear();
  (line.scenario.*kList).push_back(given.value);
}

template <std::string Scenario::*kText>
void set_text(Line& line, const Given& given) {
  line.scenario.*kText = given.value;
}

void set_ready(Line& line, const Given& given) {
  const Duration timeout = line.scenario.ready.timeout;
  line.scenario.ready = scenario::parse_ready(given.value);
  line.scenario.ready.timeout = timeout;
}

void add_environment(Line& line, const Given& given) {
  const std::size_t equals = given.value.find('=');
  if (equals == std::string::npos || equals == 0)
    throw ScenarioError(fmt::format("`{}` is not NAME=VALUE", given.value));
  line.scenario.environment[given.value.substr(0, equals)] = given.value.substr(equals + 1);
}

void add_stress(Line& line, const Given& given) {
  if (given.is_first) line.scenario.stress.clear();
  line.scenario.stress.push_back(scenario::parse_stress(given.value));
}

void add_tolerance(Line& line, const Given& given) {
  if (given.is_first) line.scenario.tolerate.clear();
  line.scenario.tolerate.push_back(scenario::parse_tolerance(given.value));
}

void add_pool(Line& line, const Given& given) {
  if (given.is_first) line.scenario.pools.clear();
  line.scenario.pools.push_back(scenario::parse_pool(given.value));
}

void set_concurrency(Line& line, const Given& given) {
  const std::uint64_t clients = scenario::parse_count(given.value);
  line.scenario.concurrency =
      static_cast<unsigned>(std::min<std::uint64_t>(clients, std::numeric_limits<unsigned>::max()));
}

void set_rate(Line& line, const Given& given) {
  line.scenario.operations_per_second = scenario::parse_rate(given.value);
}

void set_color(Line& line, const Given& given) {
  line.reports.color = scenario::parse_color(given.value);
}

template <std::filesystem::path ReportTargets::*kFile>
void set_report_file(Line& line, const Given& given) {
  if (given.value.empty()) throw ScenarioError("the file is missing; `-` is standard output");
  line.reports.*kFile = given.value;
}

void add_send(Stress& stress, const Given& given) {
  if (given.is_first) stress.send.clear();
  stress.send.push_back(scenario::decode_escapes(given.value));
}

}  // namespace

const std::vector<Option>& check_options() {
  static const std::vector<Option> options = {
      {"--ready", set_ready},
      {"--ready-timeout",
       [](Line& line, const Given& given) {
         line.scenario.ready.timeout = scenario::parse_duration(given.value);
       }},
      {"--env", add_environment},
      {"--cwd", set_text<&Scenario::working_directory>},
      {"--user", set_text<&Scenario::user>},
      {"--fd-limit",
       [](Line& line, const Given& given) {
         line.scenario.descriptor_limit = scenario::parse_count(given.value);
       }},
      {"--setup", append_to<&Scenario::setup>},
      {"--teardown", append_to<&Scenario::teardown>},
      {"--write", set_text<&Scenario::write>},
      {"--verify", set_text<&Scenario::verify>},
      {"--name", set_text<&Scenario::name>},
      {"--pid-file", set_text<&Scenario::pid_file>},

      {"--stress", add_stress},
      {"--send", nullptr, add_send},
      {"--expect", nullptr,
       [](Stress& stress, const Given& given) { stress.expect = given.value; }},
      {"--manners", nullptr,
       [](Stress& stress, const Given& given) {
         stress.manners = scenario::parse_manners(given.value);
       }},
      {"--keep-alive", nullptr, [](Stress& stress, const Given&) { stress.keep_alive = true; },
       true},
      {"--ops-per-run", nullptr,
       [](Stress& stress, const Given& given) {
         stress.operations_per_run = scenario::parse_count(given.value);
       }},
      {"--concurrency", set_concurrency},
      {"--rate", set_rate},
      {"--warp",
       [](Line& line, const Given& given) {
         line.scenario.warp = scenario::parse_warp(given.value);
       }},

      {"--window",
       [](Line& line, const Given& given) {
         line.scenario.window = scenario::parse_window(given.value);
       }},
      {"--ops",
       [](Line& line, const Given& given) {
         line.scenario.budget.operations = scenario::parse_count(given.value);
       }},
      {"--time",
       [](Line& line, const Given& given) {
         line.scenario.budget.time = scenario::parse_duration(given.value);
       }},
      {"--tolerate", add_tolerance},
      {"--pool", add_pool},
      {"--alpha",
       [](Line& line, const Given& given) {
         line.scenario.alpha = scenario::parse_alpha(given.value);
       }},
      {"--rigorous", [](Line& line, const Given&) { line.scenario.is_rigorous = true; }, nullptr,
       true},
      {"--extend", [](Line& line, const Given&) { line.scenario.extends = true; }, nullptr, true},
      {"--only", append_to<&Scenario::only>},
      {"--skip", append_to<&Scenario::skip>},
      {"--known", append_to<&Scenario::known>},
      {"--baseline", set_text<&Scenario::baseline>},
      {"--suppressions", append_to<&Scenario::suppressions>},
      {"--blame",
       [](Line& line, const Given& given) {
         line.scenario.blame = scenario::parse_blame(given.value);
       }},
      {"--quick", [](Line& line, const Given&) { line.scenario.is_quick = true; }, nullptr, true},
      {"--thorough", [](Line& line, const Given&) { line.scenario.is_thorough = true; }, nullptr,
       true},
      {"--strict", [](Line& line, const Given&) { line.scenario.is_strict = true; }, nullptr, true},
      {"--fail-fast", [](Line& line, const Given&) { line.scenario.fails_fast = true; }, nullptr,
       true},
      {"--bisect", [](Line& line, const Given&) { line.is_bisect = true; }, nullptr, true},

      {"--html", set_report_file<&ReportTargets::html>},
      {"--json", set_report_file<&ReportTargets::json>},
      {"--junit", set_report_file<&ReportTargets::junit>},
      {"--sarif", set_report_file<&ReportTargets::sarif>},
      {"--tap", set_report_file<&ReportTargets::tap>},
      {"--openmetrics", set_report_file<&ReportTargets::openmetrics>},
      {"--folded", set_report_file<&ReportTargets::folded>},
      {"-q,--quiet", [](Line& line, const Given&) { line.reports.is_quiet = true; }, nullptr, true},
      {"--color", set_color},
  };
  return options;
}

}  // namespace watertight::cli
