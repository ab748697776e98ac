// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace watertight::rehearsals {

/// What a process does that should have ended: state, kernel function and syscall that it waits in,
/// its signals, descriptors by kind, children with their states, and the CPU time used since it was
/// told to end, where it was. One line a subject; fewer where `/proc` does not let us look.
std::vector<std::string> describe_at_deadline(pid_t pid,
                                              std::optional<Duration> cpu_since_signal = {});

/// The same of every process of an instance, and the last lines that it printed.
std::vector<std::string> describe_instance(const launch::Daemon& daemon);

/// The last lines that an instance printed, as evidence.
std::vector<std::string> log_evidence(const launch::Daemon& daemon, std::size_t lines = 5);

}  // namespace watertight::rehearsals
