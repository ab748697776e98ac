// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string_view>

namespace watertight::proc {

/// How much of the CPU a thread has had, and how long it waited for one: a loop that never rests
/// uses up all time, on a busy machine as well.
struct CpuDemand {
  std::chrono::nanoseconds ran{};
  std::chrono::nanoseconds waited{};  ///< Ready to run, while others did.

  std::chrono::nanoseconds total() const { return ran + waited; }
};

/// Text of `/proc/PID/task/TID/schedstat`; empty where it is none (CONFIG_SCHED_INFO).
/// Source: Documentation/scheduler/sched-stats.rst.
std::optional<CpuDemand> parse_schedstat(std::string_view text);

/// Of every thread, by its id; none where the process is gone, or the kernel does not tell.
/// Throws HarnessError.
std::map<pid_t, CpuDemand> read_cpu_demand(pid_t pid);

}  // namespace watertight::proc
