// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What a daemon does with its signals and its dead children; state_table.cc says what each
/// check claims.

#include "rehearsals/check.h"

#include <span>

namespace watertight::rehearsals {

CheckResult signals_map(const Scenario& scenario, const Interrupted& interrupted);
CheckResult signals_default_killers(const Scenario& scenario, const Interrupted& interrupted);
CheckResult signals_storm(const Scenario& scenario, const Interrupted& interrupted);
CheckResult signals_stuck_handler(const Scenario& scenario, const Interrupted& interrupted);
CheckResult signals_old_zombies(const Scenario& scenario, const Interrupted& interrupted);

/// The rows of these.
std::span<const Check> signals_state_checks();

}  // namespace watertight::rehearsals
