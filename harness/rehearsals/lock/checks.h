// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The rehearsals of the PID file and its lock; table.cc says what each of them claims. None
/// of them takes the lock to see whether it is held: that would make a daemon lose that starts.

#include "rehearsals/check.h"

namespace watertight::rehearsals {

CheckResult lock_racers(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_loser(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_loser_harmless(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_content(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_held(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_not_inherited(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_crash_recovery(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_pid_reuse(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_unlink_race_stop(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_unlink_race_start(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_empty_window(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_handover(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_cleanup(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_removes_only_own(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_permissions(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_symlink(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_location(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_unwritable(const Scenario& scenario, const Interrupted& interrupted);

}  // namespace watertight::rehearsals
