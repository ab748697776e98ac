// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes the cgroup files of a process, gives the limits that it runs into first.
///
/// Source: Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst, cgroup-v1/pids.rst;
/// cgroups(7).

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::proc {

/// The folder of a controller, from the text of `/proc/PID/cgroup` ("0::/a/b", "4:memory:/a"): its
/// own hierarchy (v1), or the unified one (v2). Empty where there is none.
struct CgroupFolder {
  std::string path;  ///< Below its mount: "/a/b".
  bool is_v2 = false;
};
std::optional<CgroupFolder> parse_cgroup(std::string_view text, std::string_view controller);

/// The number of a limit file ("max" is none).
std::optional<double> parse_limit(std::string_view text);

/// `MemTotal` of /proc/meminfo, bytes.
std::optional<double> parse_total_memory(std::string_view meminfo);

/// Bytes that the process, with its like in its cgroup and those above, may use: the least
/// memory.max (v1: memory.limit_in_bytes), else the RAM of the machine.
std::optional<double> memory_limit(pid_t pid);

/// Threads: the least pids.max, else kernel.threads-max.
std::optional<double> thread_limit(pid_t pid);

}  // namespace watertight::proc
