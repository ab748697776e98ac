// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

namespace watertight::blame {

/// Where the threads of some processes are.
struct ThreadStacks {
  std::vector<ThreadStack> stacks;   ///< At most 16, of at most 32 levels each.
  std::vector<std::string> remarks;  ///< Why there are none of a process, or not all.
};

/// Stops the threads of living processes for some milliseconds, reads their stacks with ptrace(2)
/// and lets them go. A wait of theirs may end with EINTR for it, so this comes when all has been
/// measured and the daemon is about to be ended. Unwinds by the tables that compilers write for
/// exceptions, without frame pointers. Takes seconds at most; a place that could not be named in
/// that time is module and offset.
ThreadStacks read_thread_stacks(std::span<const pid_t> processes);

/// Of a thread that stands still because the caller's thread traces it.
ThreadStacks read_stopped_thread(pid_t tid);

}  // namespace watertight::blame
