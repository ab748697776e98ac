// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file How a daemon starts: what it makes of what it inherits, and what it leaves with who
/// started it. table.cc says what each check claims.

#include "rehearsals/check.h"

#include <span>

namespace watertight::rehearsals {

CheckResult start_ready_first(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_failure_reported(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_session(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_std_fds(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_mask_reset(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_closed_std_fds(const Scenario& scenario, const Interrupted& interrupted);

/// The rows of the group.
std::span<const Check> start_checks();

}  // namespace watertight::rehearsals
