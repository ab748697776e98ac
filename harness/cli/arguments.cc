// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.h"

#include "scenario/words.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>

namespace watertight::cli {

void throw_usage_error(std::string_view what, std::string_view command) {
  throw ScenarioError(fmt::format("{}\nsee `watertight {} --help`", what, command));
}

void parse_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                     std::string_view command) {
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ExtrasError&) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
      if (!option->get_lnames().empty()) names.push_back("--" + option->get_lnames().front());
    const std::vector<std::string> others = app.remaining();
    const auto unknown = std::ranges::find_if(
        others, [](const std::string& argument) { return argument.starts_with("-"); });
    if (unknown == others.end())
      throw_usage_error(fmt::format("one argument too many: `{}`", others.front()), command);
    throw_usage_error(
        fmt::format("unknown option `{}`{}", *unknown, scenario::did_you_mean(*unknown, names)),
        command);
  } catch (const CLI::ParseError& error) {
    throw_usage_error(error.what(), command);
  }
}

std::vector<std::string> invocation_of(std::string_view command,
                                       const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"watertight", std::string(command)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace watertight::cli
