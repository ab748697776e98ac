// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/catalogue.h"
#include "run/watch.h"

#include <watertight/report.h>
#include <watertight/scenario.h>

namespace watertight::run {

/// The growth run: launches the daemon, then round after round stresses it, looks at it and judges
/// it, until every verdict is in or the budget is spent, and stops it. Adds its checks and its
/// series to the report. Throws HarnessError where the harness could not measure.
void run_growth(const Scenario& scenario, const Selection& selection, const Watch& watch,
                Report& report);

}  // namespace watertight::run
