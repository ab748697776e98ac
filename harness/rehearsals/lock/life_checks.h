// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What may happen to a PID file and its lock: a long life, rubbish, a full disk, somebody
/// who removes it. life_table.cc says what each rehearsal claims.

#include "rehearsals/check.h"

#include <span>

namespace watertight::rehearsals {

CheckResult lock_survives_life(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_garbage(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_disk_full(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_file_removed(const Scenario& scenario, const Interrupted& interrupted);
CheckResult lock_without_file(const Scenario& scenario, const Interrupted& interrupted);

/// The rows of these.
std::span<const Check> lock_life_checks();

}  // namespace watertight::rehearsals
