// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file How a daemon ends: what happens between SIGTERM and SIGKILL, and what is there afterwards.

#include "rehearsals/check.h"

#include <span>

namespace watertight::rehearsals {

/// S01: SIGTERM to idle instances, as the stop profile has it.
CheckResult shutdown_idle(const Scenario& scenario, const Interrupted& interrupted);
/// S06: the same while eight competitors a CPU want it too.
CheckResult shutdown_contended(const Scenario& scenario, const Interrupted& interrupted);
/// S08: SIGTERM to all processes, in several orders.
CheckResult shutdown_broadcast(const Scenario& scenario, const Interrupted& interrupted);
/// S09: SIGTERM at any instant of the start.
CheckResult shutdown_during_start(const Scenario& scenario, const Interrupted& interrupted);
/// S10: a second signal while the first is being dealt with.
CheckResult shutdown_repeated(const Scenario& scenario, const Interrupted& interrupted);
/// S14: SIGTERM between the test of a flag and the wait.
CheckResult shutdown_lost_signal(const Scenario& scenario, const Interrupted& interrupted);
/// S17: the exit status.
CheckResult shutdown_status(const Scenario& scenario, const Interrupted& interrupted);
/// S19: processes that outlive the main one.
CheckResult shutdown_survivors(const Scenario& scenario, const Interrupted& interrupted);
/// S20: sockets and temporary files that outlive the daemon.
CheckResult shutdown_files_left(const Scenario& scenario, const Interrupted& interrupted);
/// S21: shared memory that outlives the daemon.
CheckResult shutdown_ipc_left(const Scenario& scenario, const Interrupted& interrupted);

/// The rows of the group, `shutdown.idle` first.
std::span<const Check> shutdown_checks();

}  // namespace watertight::rehearsals
