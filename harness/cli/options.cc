// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include "cli/commands.h"
#include "cli/help.h"
#include "scenario/file.h"
#include "scenario/parse.h"
#include "scenario/words.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

namespace watertight::cli {
namespace {

using Line = ParsedCommandLine;

/// A value on the command line. The first of an option replaces what the scenario file said.
struct Given {
  const std::string& value;
  bool is_first;
};

/// An option of `check`: for the run, or for the stress before it.
struct Option {
  const char* names;  ///< As CLI11 takes them: "-q,--quiet".
  void (*apply)(Line&, const Given&) = nullptr;
  void (*apply_to_stress)(Stress&, const Given&) = nullptr;
  bool is_flag = false;

  std::string long_name() const {
    const std::string_view all = names;
    return std::string(all.substr(all.find("--")));
  }
};

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
  const auto rate = scenario::parse_quantity(given.value, "a rate", "250 or 0.5");
  if (!rate.unit.empty() && rate.unit != "/s")
    throw ScenarioError(fmt::format("`{}`: a rate is in operations a second", given.value));
  line.scenario.operations_per_second = rate.value;
}

void set_color(Line& line, const Given& given) {
  const std::vector<std::string> known = {"auto", "always", "never"};
  if (std::find(known.begin(), known.end(), given.value) == known.end())
    throw ScenarioError(fmt::format("unknown value `{}`{}", given.value,
                                    scenario::did_you_mean(given.value, known)));
  line.reports.color = given.value;
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

/// One use of an option, in the order of the command line.
struct Use {
  const Option& option;
  std::string value;
};

/// What CLI11 made of the arguments before `--`.
struct Arguments {
  bool wants_help = false;
  bool wants_version = false;
  bool is_check = false;
  std::vector<Use> uses;
  std::vector<std::string> others;  ///< Unknown options and positional arguments.
};

[[noreturn]] void throw_usage_error(std::string_view what) {
  throw ScenarioError(fmt::format("{}\nsee `watertight check --help`", what));
}

/// CLI11 takes the next argument for the value of "--name=", which stands for an empty one.
std::vector<std::string> split_empty_values(const std::vector<std::string>& arguments) {
  std::vector<std::string> result;
  for (const std::string& argument : arguments) {
    const bool is_empty_value = argument.size() > 3 && argument.compare(0, 2, "--") == 0 &&
                                argument.find('=') == argument.size() - 1;
    if (!is_empty_value) {
      result.push_back(argument);
      continue;
    }
    result.push_back(argument.substr(0, argument.size() - 1));
    result.emplace_back();
  }
  return result;
}

Arguments take_apart(const std::vector<std::string>& arguments) {
  CLI::App app;
  Arguments result;
  app.set_help_flag();
  app.allow_extras();
  app.add_flag("-h,--help", result.wants_help);
  app.add_flag("--version", result.wants_version);
  CLI::App* const check = app.add_subcommand("check");
  check->allow_extras();
  check->add_flag("-h,--help", result.wants_help);
  std::map<const CLI::Option*, const Option*> known;
  for (const Option& option : check_options()) {
    CLI::Option* const added = option.is_flag ? check->add_flag(option.names)
                                              : check->add_option_function<std::string>(
                                                    option.names, [](const std::string&) {});
    added->take_all();
    known[added] = &option;
  }
  try {
    std::vector<std::string> reversed = split_empty_values(arguments);
    std::reverse(reversed.begin(), reversed.end());
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    throw_usage_error(error.what());
  }
  result.is_check = check->parsed();
  std::map<const CLI::Option*, std::size_t> seen;
  for (const CLI::Option* used : check->parse_order())
    if (const auto found = known.find(used); found != known.end())
      result.uses.push_back({*found->second, used->results().at(seen[used]++)});
  result.others = result.is_check ? check->remaining() : app.remaining();
  return result;
}

/// The scenario file among what is no option; complains about anything else.
std::optional<std::string> scenario_file(const std::vector<std::string>& others, bool has_daemon) {
  const std::string_view hint = has_daemon ? "" : "; the daemon's own command goes after `--`";
  for (const std::string& other : others) {
    if (other.empty() || other.front() != '-') continue;
    const std::string name = other.substr(0, other.find('='));
    const std::string nearest = scenario::suggestion(name, check_option_names());
    throw_usage_error(
        fmt::format("unknown option `{}`{}{}", name,
                    nearest.empty() ? "" : fmt::format("; did you mean `{}`?", nearest),
                    nearest.empty() ? hint : ""));
  }
  if (others.size() > 1)
    throw_usage_error(fmt::format("one scenario file at most, not also `{}`{}", others[1], hint));
  return others.empty() ? std::nullopt : std::optional(others.front());
}

/// Applies `apply` to each use; its complaint gets the name of the option.
template <typename Apply>
void for_each_use(const std::vector<Use>& uses, Apply apply) {
  for (const Use& use : uses) {
    try {
      if (use.option.is_flag && use.value != "true") throw ScenarioError("takes no value");
      apply(use);
    } catch (const ScenarioError& error) {
      throw_usage_error(fmt::format("{}: {}", use.option.long_name(), error.what()));
    }
  }
}

void apply_to_run(const std::vector<Use>& uses, Line& line) {
  std::map<const Option*, int> seen;
  for_each_use(uses, [&](const Use& use) {
    if (use.option.apply) use.option.apply(line, {use.value, seen[&use.option]++ == 0});
  });
}

/// Options of a stress belong to the --stress before them, or to the only one there is.
void apply_to_stresses(const std::vector<Use>& uses, std::vector<Stress>& stresses) {
  std::map<std::pair<std::size_t, const Option*>, int> seen;
  std::size_t stresses_before = 0;
  for_each_use(uses, [&](const Use& use) {
    if (use.option.apply == add_stress) ++stresses_before;
    if (!use.option.apply_to_stress) return;
    if (stresses.empty()) throw ScenarioError("there is no --stress that it could belong to");
    if (stresses.size() > 1 && stresses_before == 0)
      throw ScenarioError("write it after the --stress that it belongs to");
    const std::size_t index = stresses.size() == 1 ? 0 : stresses_before - 1;
    use.option.apply_to_stress(stresses[index], {use.value, seen[{index, &use.option}]++ == 0});
  });
}

Scenario read_scenario(const std::string& path, bool has_daemon) {
  try {
    return scenario::read_scenario_file(path);
  } catch (const ScenarioError& error) {
    const bool may_be_a_daemon = !has_daemon && std::filesystem::path(path).extension() != ".toml";
    if (!may_be_a_daemon) throw;
    throw_usage_error(
        fmt::format("{}\nif `{}` is the daemon, write `--` before it", error.what(), path));
  }
}

}  // namespace

ParsedCommandLine parse_command_line(std::vector<std::string> arguments) {
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  const bool has_daemon = separator != arguments.end();
  const Arguments given = take_apart({arguments.begin(), separator});
  Line line;
  line.invocation = {"watertight"};
  line.invocation.insert(line.invocation.end(), arguments.begin(), arguments.end());
  if (given.wants_help || given.wants_version) {
    line.action = given.wants_help ? Line::Action::kHelp : Line::Action::kVersion;
    line.help = given.is_check ? kCheckHelp : kHelp;
    return line;
  }
  if (!given.is_check)
    throw ScenarioError(
        given.others.empty()
            ? "which command? see `watertight --help`"
            : fmt::format("unknown command `{}`{}\nsee `watertight --help`", given.others.front(),
                          scenario::did_you_mean(given.others.front(), command_names())));
  const auto file = scenario_file(given.others, has_daemon);
  if (file) line.scenario = read_scenario(*file, has_daemon);
  if (has_daemon) line.scenario.command.assign(separator + 1, arguments.end());
  apply_to_run(given.uses, line);
  apply_to_stresses(given.uses, line.scenario.stress);
  try {
    scenario::complete_and_validate(line.scenario);
  } catch (const ScenarioError& error) {
    throw_usage_error(error.what());
  }
  return line;
}

std::vector<std::string> check_option_names() {
  std::vector<std::string> names = {"--help"};
  for (const Option& option : check_options()) names.push_back(option.long_name());
  return names;
}

bool asks_for_bisect(const std::vector<std::string>& arguments) {
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  return std::find(arguments.begin(), separator, "--bisect") != separator;
}

int exit_code_for_bisect(int exit_code) {
  switch (exit_code) {
    case 2:
    case 3:
    case 4:
    case 77:
    case 124:
      return 125;
    default:
      return exit_code;
  }
}

}  // namespace watertight::cli
