// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/thread_stacks.h"
#include "run/watch.h"

#include <watertight/report.h>
#include <watertight/scenario.h>

namespace watertight::run {

/// Where a daemon crashed that died in the growth run: another instance does the same work with
/// ptrace(2) at its side. Adds the stack to the report and its culprit to the error, or why there
/// is none; changes no verdict. Takes 20 s at most.
void add_crash(const Scenario& scenario, const Watch& watch, Report& report);

/// The same of a daemon that crashed before it was ready.
void add_crash_at_start(const Scenario& scenario, const Watch& watch, Report& report);

/// Adds stacks to the report and the culprit of the first to the error; where there are none, why.
void add_stacks(blame::ThreadStacks seen, Report& report);

}  // namespace watertight::run
