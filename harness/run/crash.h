// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/watch.h"

#include <watertight/report.h>
#include <watertight/scenario.h>

namespace watertight::run {

/// Where a daemon crashed that died in the growth run: another instance does the same work with
/// ptrace(2) at its side. Adds the stack to the report and its culprit to the error, or why there
/// is none; changes no verdict. Takes 20 s at most.
void add_crash(const Scenario& scenario, const Watch& watch, Report& report);

}  // namespace watertight::run
