// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace watertight::launch {

inline constexpr std::string_view kAgentLibrary = "libwatertight-agent.so";  ///< A companion.

/// Lets the agent count in what is executed with `environment`: it goes before all that LD_PRELOAD
/// holds, because the first malloc(3) in line is the one that the daemon calls. Copies `library`
/// beside the area, whose folder every user may then pass through: whoever the daemon becomes can
/// load it. Throws HarnessError.
void preload_agent(std::map<std::string, std::string>& environment,
                   const std::filesystem::path& library, const std::filesystem::path& area);

/// Why a library that is made for glibc cannot be preloaded into a program, or would see nothing of
/// its heap there, as the end of a sentence; empty where nothing speaks against it. Throws
/// HarnessError.
std::string why_no_preload(const std::filesystem::path& program);

/// Why a process has not loaded a library that LD_PRELOAD names, as the end of a sentence; empty
/// where it has. `path_part` tells its mapping, `name` is for people.
std::string why_not_loaded(pid_t pid, std::string_view path_part, std::string_view name);

}  // namespace watertight::launch
