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
CheckResult start_inherited_fds(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_cwd(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_umask(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_mask_reset(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_closed_std_fds(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_one_tree(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_notify(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_relative_paths(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_foreground(const Scenario& scenario, const Interrupted& interrupted);
CheckResult start_hangup(const Scenario& scenario, const Interrupted& interrupted);

/// The rows of the group.
std::span<const Check> start_checks();

}  // namespace watertight::rehearsals
