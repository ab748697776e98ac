// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include "cli/check_options.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/matrix.h"
#include "run/catalogue.h"
#include "scenario/file.h"
#include "scenario/parse.h"
#include "scenario/words.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace watertight::cli {
namespace {

using Line = ParsedCommandLine;

/// One use of an option, in the order of the command line.
struct Use {
  const Option& option;
  std::string value;
};

/// What CLI11 made of the arguments before `--`.
struct Arguments {
  bool wants_help = false;
  bool wants_version = false;
  bool wants_list = false;
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
  check->add_flag("--list", result.wants_list);
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
    if (use.option.long_name() == "--stress") ++stresses_before;
    if (!use.option.apply_to_stress) return;
    if (stresses.empty()) throw ScenarioError("there is no --stress that it could belong to");
    if (stresses.size() > 1 && stresses_before == 0)
      throw ScenarioError("write it after the --stress that it belongs to");
    const std::size_t index = stresses.size() == 1 ? 0 : stresses_before - 1;
    use.option.apply_to_stress(stresses[index], {use.value, seen[{index, &use.option}]++ == 0});
  });
}

/// What the file asks for; one run of nothing where there is no file.
std::vector<scenario::FileRun> read_file(const std::optional<std::string>& path, bool has_daemon) {
  if (!path) return std::vector<scenario::FileRun>(1);
  try {
    std::vector<scenario::FileRun> runs = scenario::read_runs(*path);
    for (const scenario::FileRun& run : runs)
      for (const auto& [glob, place] : run.check_globs) run::require_known_check(glob, place);
    return runs;
  } catch (const ScenarioError& error) {
    const bool may_be_a_daemon = !has_daemon && std::filesystem::path(*path).extension() != ".toml";
    if (!may_be_a_daemon) throw;
    throw_usage_error(
        fmt::format("{}\nif `{}` is the daemon, write `--` before it", error.what(), *path));
  }
}

/// What the file says of the run, before the command line has its say.
void take_from_file(scenario::FileRun run, Line& line) {
  line.scenario = std::move(run.scenario);
  line.is_bisect = run.is_bisect;
  line.values = std::move(run.values);
  for (const Option& option : check_options()) {
    const auto said = run.report.find(option.long_name().substr(2));
    if (said != run.report.end()) option.apply(line, {said->second, true});
  }
}

[[noreturn]] void throw_no_command(const std::vector<std::string>& others) {
  throw ScenarioError(others.empty()
                          ? "which command? see `watertight --help`"
                          : fmt::format("unknown command `{}`{}\nsee `watertight --help`",
                                        others.front(),
                                        scenario::did_you_mean(others.front(), command_names())));
}

}  // namespace

std::vector<ParsedCommandLine> parse_runs(const std::vector<std::string>& arguments) {
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  const bool has_daemon = separator != arguments.end();
  const Arguments given = take_apart({arguments.begin(), separator});
  Line line;
  line.invocation = {"watertight"};
  line.invocation.insert(line.invocation.end(), arguments.begin(), arguments.end());
  if (given.wants_help || given.wants_version) {
    line.action = given.wants_help ? Line::Action::kHelp : Line::Action::kVersion;
    line.help = given.is_check ? kCheckHelp : kHelp;
    return {line};
  }
  if (!given.is_check) throw_no_command(given.others);
  if (given.wants_list) line.action = Line::Action::kList;
  std::vector<Line> lines;
  for (auto& run : read_file(scenario_file(given.others, has_daemon), has_daemon)) {
    Line& one = lines.emplace_back(line);
    take_from_file(std::move(run), one);
    if (has_daemon) one.scenario.command.assign(separator + 1, arguments.end());
    apply_to_run(given.uses, one);
    apply_to_stresses(given.uses, one.scenario.stress);
    try {
      scenario::complete_and_validate(one.scenario);
    } catch (const ScenarioError& error) {
      throw_usage_error(error.what());
    }
  }
  tell_apart(lines);
  return lines;
}

ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments) {
  std::vector<Line> lines = parse_runs(arguments);
  if (lines.size() > 1)
    throw ScenarioError(fmt::format(
        "the scenario has a matrix of {} runs, which only `watertight check` takes", lines.size()));
  return std::move(lines.front());
}

std::vector<std::string> check_option_names() {
  std::vector<std::string> names = {"--help", "--list"};
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
