// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace watertight::cli {

/// `watertight judge [OPTIONS] SERIES`: judges a recorded series, prints and writes what a run
/// would that had recorded it. Gives the run's exit code. Throws ScenarioError for wrong options
/// and for a file that is no series.
int run_judge(const std::vector<std::string>& arguments);

}  // namespace watertight::cli
