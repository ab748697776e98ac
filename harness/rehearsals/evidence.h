// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"

#include <watertight/report.h>

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace watertight::rehearsals {

/// What a failure shows of a daemon that hangs.
struct HangEvidence {
  std::vector<std::string> lines;
  std::vector<ThreadStack> stacks;  ///< Where its threads were.
};

/// What a process does that should have ended: state, kernel function and syscall that it waits in,
/// its signals, descriptors by kind, children with their states, and the CPU time used since it was
/// told to end, where it was. One line a subject; fewer where `/proc` does not let us look.
std::vector<std::string> describe_at_deadline(pid_t pid,
                                              std::optional<Duration> cpu_since_signal = {});

/// The same of every process of an instance, and the last lines that it printed.
std::vector<std::string> describe_instance(const launch::Daemon& daemon);

/// The same with the stacks of its threads, which are stopped with ptrace(2) for that: for an
/// instance that nothing more will be asked of.
HangEvidence describe_hang(const launch::Daemon& daemon);

/// The stacks alone, of processes that are about to be killed; a line where there are none.
HangEvidence stacks_of(std::span<const pid_t> processes);

/// The last lines that an instance printed, as evidence.
std::vector<std::string> log_evidence(const launch::Daemon& daemon, std::size_t lines = 5);

}  // namespace watertight::rehearsals
