// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file How a daemon ends: what happens between SIGTERM and SIGKILL, and what is there afterwards.

#include "rehearsals/check.h"

#include <span>

namespace watertight::rehearsals {

/// S01: SIGTERM to idle instances, as the stop profile has it.
CheckResult shutdown_idle(const Scenario& scenario, const Interrupted& interrupted);
/// S02: the same while the scenario's own stress runs.
CheckResult shutdown_busy(const Scenario& scenario, const Interrupted& interrupted);
/// S03: while its input never runs dry.
CheckResult shutdown_input_ready(const Scenario& scenario, const Interrupted& interrupted);
/// S04: with clients who stay and say nothing.
CheckResult shutdown_held_client(const Scenario& scenario, const Interrupted& interrupted);
/// S05: with a client who asks for much and reads nothing.
CheckResult shutdown_stuck_reader(const Scenario& scenario, const Interrupted& interrupted);
/// S06: the same while eight competitors a CPU want it too.
CheckResult shutdown_contended(const Scenario& scenario, const Interrupted& interrupted);
/// S07: while others keep its disk busy.
CheckResult shutdown_io_contended(const Scenario& scenario, const Interrupted& interrupted);
/// S08: SIGTERM to all processes, in several orders.
CheckResult shutdown_broadcast(const Scenario& scenario, const Interrupted& interrupted);
/// S09: SIGTERM at any instant of the start.
CheckResult shutdown_during_start(const Scenario& scenario, const Interrupted& interrupted);
/// S10: a second signal while the first is being dealt with.
CheckResult shutdown_repeated(const Scenario& scenario, const Interrupted& interrupted);
/// S11: SIGTERM right after SIGHUP.
CheckResult shutdown_during_reload(const Scenario& scenario, const Interrupted& interrupted);
/// S12: a child that does not run.
CheckResult shutdown_stopped_child(const Scenario& scenario, const Interrupted& interrupted);
/// S13: a daemon that does not run when SIGTERM comes.
CheckResult shutdown_stopped_daemon(const Scenario& scenario, const Interrupted& interrupted);
/// S15: a wait that the kernel starts again after the handler.
CheckResult shutdown_uninterruptible(const Scenario& scenario, const Interrupted& interrupted);
/// S16: whether it ends at once, or polls.
CheckResult shutdown_latency(const Scenario& scenario, const Interrupted& interrupted);
/// S18: SIGINT, and what SIGQUIT does.
CheckResult shutdown_int_quit(const Scenario& scenario, const Interrupted& interrupted);
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

/// S22: a new start while connections of the last one are in TIME_WAIT.
CheckResult shutdown_restart(const Scenario& scenario, const Interrupted& interrupted);
/// S23: acknowledged records after SIGTERM.
CheckResult shutdown_durable_term(const Scenario& scenario, const Interrupted& interrupted);
/// S24: acknowledged records after SIGKILL.
CheckResult shutdown_durable_kill(const Scenario& scenario, const Interrupted& interrupted);
/// S25: the end of its log.
CheckResult shutdown_log_tail(const Scenario& scenario, const Interrupted& interrupted);
/// S26: clients that come after SIGTERM.
CheckResult shutdown_stops_accepting(const Scenario& scenario, const Interrupted& interrupted);
/// S27: SIGTERM to the first process of a container.
CheckResult shutdown_as_pid1(const Scenario& scenario, const Interrupted& interrupted);
/// S28: without a free descriptor.
CheckResult shutdown_at_emfile(const Scenario& scenario, const Interrupted& interrupted);
/// S29: without room on its disk.
CheckResult shutdown_at_enospc(const Scenario& scenario, const Interrupted& interrupted);
/// S30: SIGKILL to the main process alone.
CheckResult shutdown_main_killed(const Scenario& scenario, const Interrupted& interrupted);

/// The rows of the group, `shutdown.idle` first.
std::span<const Check> shutdown_checks();
/// With clients; at moments that do not suit it; and what is there afterwards.
std::span<const Check> shutdown_client_checks();
std::span<const Check> shutdown_moment_checks();
std::span<const Check> shutdown_afterwards_checks();

}  // namespace watertight::rehearsals
