// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace watertight::cli {

/// `watertight diff BEFORE.json AFTER.json`: what changed from one report to the next. Gives 1
/// where something is new or worse, 4 where something can no longer be said, else 0. Throws
/// ScenarioError where a file is no report.
int run_diff(const std::vector<std::string>& arguments);

/// `watertight baseline [OPTIONS] BASELINE.json REPORT.json`: makes the file of known leaks, or
/// lowers it to what the report still finds. Throws ScenarioError where a file is none of its kind,
/// HarnessError where the baseline could not be written.
int run_baseline(const std::vector<std::string>& arguments);

}  // namespace watertight::cli
