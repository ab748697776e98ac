// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/suppressions.h"
#include "run/catalogue.h"
#include "run/watch.h"

#include <watertight/report.h>
#include <watertight/scenario.h>

#include <string>

namespace watertight::run {

/// The growth run: launches the daemon, then round after round stresses it, looks at it and judges
/// it, until every verdict is in or the budget is spent, and stops it. The agent is preloaded where
/// it can be; a daemon that does not hold up under it is run once more without. Adds its checks,
/// the call sites that the agent blames and its series to the report. Throws HarnessError where the
/// harness could not measure. Gives why the agent was not asked who is to blame; empty where it
/// was, or where nobody could be.
std::string run_growth(const Scenario& scenario, const Selection& selection, const Watch& watch,
                       const blame::Suppressions& suppressions, Report& report);

}  // namespace watertight::run
