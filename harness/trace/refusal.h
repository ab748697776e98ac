// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace watertight::trace {

/// Why a process cannot be traced, as a sentence with the remedy. Not the daemon's fault.
struct Refusal {
  std::string reason;
};

/// What can be told before it is tried: a process that we may not look into, a 32-bit program, an
/// architecture that we do not know, a seccomp(2) filter, which may end a process for what a tracer
/// has it do. Empty where nothing stands in the way.
std::optional<Refusal> why_not(pid_t pid);

/// The same of a program that is not started yet: it must not change its user when it is executed,
/// for the kernel does not let it under a tracer without rights.
std::optional<Refusal> why_not(const std::filesystem::path& program);

/// In words, why ptrace(2) refused with `error`: what /proc/sys/kernel/yama/ptrace_scope allows,
/// other users, containers.
Refusal explain_refusal(pid_t pid, int error);

/// Of the text of /proc/PID/status: the process runs under a seccomp(2) filter. Pure.
bool has_seccomp_filter(std::string_view status);

}  // namespace watertight::trace
