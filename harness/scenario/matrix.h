// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Parameters of a scenario file, and the runs that they make. Private to the room.

#include "scenario/value.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace watertight::scenario {

/// A parameter of `[matrix]` and the values that it takes.
struct Parameter {
  std::string name;
  std::vector<std::string> values;
  toml::source_region place;
};

/// Adds the parameters of a `matrix` table in the order of the file, replacing those of the same
/// name. Throws ScenarioError.
void add_parameters(const Value& matrix, std::vector<Parameter>& parameters);

/// One value for each parameter.
using Combination = std::vector<std::pair<std::string, std::string>>;

/// All of them, the first parameter varying slowest; one empty one where there are no parameters.
/// Throws ScenarioError where they are too many.
std::vector<Combination> combinations_of(const std::vector<Parameter>& parameters);

/// Replaces `{NAME}` in every string below `table`, and `{{NAME}}` by `{NAME}`. Notes in `used` the
/// names that were found.
void substitute(toml::table& table, const Combination& values, std::set<std::string>& used);

/// "cache=on workers=4"
std::string describe(const Combination& values);

}  // namespace watertight::scenario
