// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace watertight::cli {

/// Parses the arguments of a command into what its options are bound to. Throws ScenarioError,
/// which names what is wrong, the nearest option and the command's help.
void parse_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                     std::string_view command);

/// What was typed to run a command, for the report: `watertight judge …`.
std::vector<std::string> invocation_of(std::string_view command,
                                       const std::vector<std::string>& arguments);

/// Throws the ScenarioError that ends with where the command's help is.
[[noreturn]] void throw_usage_error(std::string_view what, std::string_view command);

}  // namespace watertight::cli
