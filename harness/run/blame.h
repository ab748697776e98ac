// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/suppressions.h"
#include "run/watch.h"

#include <watertight/report.h>
#include <watertight/scenario.h>

#include <chrono>

namespace watertight::run {

/// The end of asking who is to blame; what is known by then is told.
inline constexpr std::chrono::seconds kLongestBlame{60};

/// Names the call sites that are to blame for the checks of growth that failed: launches the daemon
/// once more, the way that a backend needs, and makes the same operations. Changes no verdict: a
/// daemon that cannot be looked at in this way is as guilty as before, and the evidence says why
/// nobody is named.
void add_blame(const Scenario& scenario, const blame::Suppressions& suppressions,
               const Watch& watch, Report& report);

/// The files that the scenario names. Throws ScenarioError with file, line and column.
blame::Suppressions read_suppressions(const Scenario& scenario);

}  // namespace watertight::run
