// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What signals do to a daemon that is not to stop; table.cc says what each check claims.

#include "rehearsals/check.h"

#include <span>

namespace watertight::rehearsals {

CheckResult signals_eintr(const Scenario& scenario, const Interrupted& interrupted);
CheckResult signals_sigpipe(const Scenario& scenario, const Interrupted& interrupted);
CheckResult signals_handler_safety(const Scenario& scenario, const Interrupted& interrupted);
CheckResult signals_handler_syscalls(const Scenario& scenario, const Interrupted& interrupted);
CheckResult signals_errno(const Scenario& scenario, const Interrupted& interrupted);
CheckResult signals_sigchld(const Scenario& scenario, const Interrupted& interrupted);
CheckResult signals_crash_ends(const Scenario& scenario, const Interrupted& interrupted);

/// The rows of the group.
std::span<const Check> signals_checks();

}  // namespace watertight::rehearsals
