// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What a daemon does when it runs out of something; table.cc says what each check claims.

#include "rehearsals/check.h"

#include <span>

namespace watertight::rehearsals {

CheckResult limits_anon_inodes(const Scenario& scenario, const Interrupted& interrupted);
CheckResult limits_baseline_return(const Scenario& scenario, const Interrupted& interrupted);
CheckResult limits_cloexec(const Scenario& scenario, const Interrupted& interrupted);
CheckResult limits_emfile(const Scenario& scenario, const Interrupted& interrupted);
CheckResult limits_enomem(const Scenario& scenario, const Interrupted& interrupted);
CheckResult limits_enospc(const Scenario& scenario, const Interrupted& interrupted);
CheckResult limits_fork_eagain(const Scenario& scenario, const Interrupted& interrupted);
CheckResult limits_headroom(const Scenario& scenario, const Interrupted& interrupted);
CheckResult limits_idle_cost(const Scenario& scenario, const Interrupted& interrupted);
CheckResult limits_kernel_side(const Scenario& scenario, const Interrupted& interrupted);
CheckResult limits_log_growth(const Scenario& scenario, const Interrupted& interrupted);

/// The rows of the group.
std::span<const Check> limits_checks();

}  // namespace watertight::rehearsals
