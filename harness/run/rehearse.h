// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/catalogue.h"
#include "run/watch.h"

#include <watertight/report.h>
#include <watertight/scenario.h>

namespace watertight::run {

/// Runs the rehearsals that were chosen and adds their results in the order of the table, whatever
/// becomes of them: none where the report has an error already, none any more after an
/// interruption, or after a failure where the scenario fails fast.
///
/// `shutdown.idle` comes first. Then those that keep each other company run side by side, on
/// threads of their own, where the scenario leaves every instance a place of its own
/// (rehearsals/together.h); the others run one after another on this thread, as all do else. What
/// is inconclusive beside others is tried once more alone.
///
/// Throws what a rehearsal has thrown first (HarnessError, ScenarioError), with all results there
/// are in the report.
void run_rehearsals(const Scenario& scenario, const Selection& selection, const Watch& watch,
                    Report& report);

}  // namespace watertight::run
