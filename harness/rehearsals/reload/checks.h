// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What SIGHUP does to a daemon that reads its configuration again; table.cc says what each
/// check claims.

#include "rehearsals/check.h"

#include <span>

namespace watertight::rehearsals {

CheckResult reload_survives(const Scenario& scenario, const Interrupted& interrupted);
CheckResult reload_no_growth(const Scenario& scenario, const Interrupted& interrupted);
CheckResult reload_log_reopened(const Scenario& scenario, const Interrupted& interrupted);
CheckResult reload_bad_config(const Scenario& scenario, const Interrupted& interrupted);
CheckResult reload_old_ends(const Scenario& scenario, const Interrupted& interrupted);
CheckResult reload_no_gap(const Scenario& scenario, const Interrupted& interrupted);
CheckResult reload_storm(const Scenario& scenario, const Interrupted& interrupted);

/// The rows of the group.
std::span<const Check> reload_checks();

}  // namespace watertight::rehearsals
