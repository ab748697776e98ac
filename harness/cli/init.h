// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/survey.h"

#include <string>
#include <vector>

namespace watertight::cli {

/// `watertight init`: starts a daemon, looks at it, writes a scenario to begin with. Throws
/// ScenarioError, HarnessError.
int run_init(const std::vector<std::string>& arguments);

/// The scenario file of what was found out, remarks as comments. Throws ScenarioError where an
/// argument is no UTF-8, which TOML cannot hold.
std::string scenario_text(const run::Survey& survey);

}  // namespace watertight::cli
