// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/process.h"
#include "proc/process.h"

#include <vector>

namespace watertight::proc {

/// Every live or zombie descendant of a process, itself not included, in no order. Walks
/// `/proc/P/task/*/children` (CONFIG_PROC_CHILDREN), which finds children of threads as well; scans
/// all of
/// `/proc` where the kernel has no such file. A process whose subreaper is `root` is found even
/// after setsid and double fork. While processes fork and end, what is found is not all: look again
/// until nothing new turns up.
std::vector<pid_t> descendants(pid_t root);

/// The same by the scan, whose cost grows with all processes of the machine.
std::vector<pid_t> descendants_by_scan(pid_t root);

/// A handle for a process seen before; empty where it is gone or its pid was reused.
std::optional<posix::ProcessHandle> open_process(const ProcessId& id);

}  // namespace watertight::proc
