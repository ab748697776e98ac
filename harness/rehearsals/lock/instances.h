// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "proc/locks.h"
#include "rehearsals/check.h"
#include "rehearsals/lock/pid_file.h"
#include "rehearsals/stage.h"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace watertight::rehearsals {

/// A process and a lock that it holds.
struct Holder {
  pid_t pid = 0;
  proc::HeldLock lock;

  /// `flock on run.pid (inode 77) through fd 3`
  std::string describe() const;
};

/// Processes of an instance that have not ended.
std::vector<pid_t> live_processes(const launch::Daemon& daemon);

/// Every lock that these processes hold on a regular file.
std::vector<Holder> holders_among(const std::vector<pid_t>& pids);

/// Without symbolic links on the way to the file: as the kernel names it in `/proc/PID/fd`.
std::filesystem::path real_path_of(const std::filesystem::path& path);

/// The locks on a file that has the path as its name, or had it before it was removed or replaced.
std::vector<Holder> claims_among(const std::vector<pid_t>& pids, const std::filesystem::path& path);

/// The process that speaks for an instance that was not waited for: the one that the PID file
/// names, else the oldest; empty where all have ended.
std::optional<posix::ProcessHandle> find_main(const launch::Daemon& daemon,
                                              const std::filesystem::path& pid_file);

/// How an instance fared that was started beside others, without waiting for it.
struct Fate {
  bool is_gone = false;                   ///< No process of it is left.
  std::optional<posix::ExitStatus> exit;  ///< Of the process that was executed.
  Duration until_exit{};                  ///< From its execution to its exit.
  Duration until_gone{};                  ///< To the end of the last of its processes.
};

/// Watches the instance until none of its processes is left, until it has made the PID file its
/// own, or until it had 5 s to give way, beside what a start takes.
Fate follow(launch::Daemon& instance, const std::filesystem::path& pid_file, Duration usual_start,
            const Interrupted& interrupted);
inline constexpr std::chrono::seconds kMostToGiveWay{5};

/// Starts another instance beside those that run, with ports of its own, without waiting for it; or
/// the result that says why there is none.
std::variant<launch::Daemon, CheckResult> start_beside(Stage& stage,
                                                       const launch::Gate* gate = nullptr);

/// Evidence: a line for the PID file, one for each live process of the instances with what it
/// holds, and the last lines that each instance printed.
std::vector<std::string> describe_scene(const std::vector<const launch::Daemon*>& instances,
                                        const std::filesystem::path& pid_file);

}  // namespace watertight::rehearsals
