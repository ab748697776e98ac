// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/backend.h"
#include "blame/suppressions.h"
#include "run/watch.h"

#include <watertight/report.h>
#include <watertight/scenario.h>

#include <chrono>
#include <string>
#include <vector>

namespace watertight::run {

/// The end of asking who is to blame; what is known by then is told.
inline constexpr std::chrono::seconds kLongestBlame{60};

/// Names the call sites that are to blame for the checks of growth that failed, where the agent has
/// not done so: launches the daemon once more, the way that a backend needs, and makes the same
/// operations. Changes no verdict: a daemon that cannot be looked at in this way is as guilty as
/// before, and the evidence says why nobody is named. `why_no_agent`: empty where it was asked.
void add_blame(const Scenario& scenario, const blame::Suppressions& suppressions,
               const Watch& watch, const std::string& why_no_agent, Report& report);

/// The checks of growth that failed.
std::vector<CheckResult*> grown_checks(Report& report);

/// Puts what a backend has seen first in the checks that it is about, and names the main culprit.
void take_blame(const blame::Answer& answer, const std::vector<CheckResult*>& checks);

/// The files that the scenario names. Throws ScenarioError with file, line and column.
blame::Suppressions read_suppressions(const Scenario& scenario);

}  // namespace watertight::run
