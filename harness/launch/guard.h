// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "posix/process.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace watertight::launch {

/// What the guard is asked to run.
struct Command {
  /// argv; arguments[0] with a slash is a path, else it is searched in PATH.
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  ///< The whole environment.
  std::string working_directory;                   ///< Empty: the harness's own.
  std::string user;                                ///< Empty: no change.
  std::optional<std::uint64_t> descriptor_limit;   ///< Soft RLIMIT_NOFILE.
  std::filesystem::path output;  ///< stdout and stderr are appended here; stdin is /dev/null.
  /// Descriptors passed on instead of /dev/null and `output`: child's number (0 to 2) -> ours.
  std::map<int, int> descriptors;
};

/// Why a command could not be executed; a sentence with the remedy. Not an exit code 127.
struct SpawnFailure {
  std::string message;
};

/// A small process of its own between harness and daemon. It is the child subreaper of all that it
/// runs, so that double forks and setsid do not escape, forwards every exit status over a socket,
/// and ends everything with SIGKILL (cgroup.kill where a cgroup v2 is writable) within 200 ms of
/// the harness's end, however that ends. Then it removes the run folder, and System V and POSIX
/// shared memory that only its processes had mapped.
///
/// Owns its processes: the destructor kills and reaps them all, and never throws. May be used by
/// several threads. All functions throw HarnessError where the guard itself was killed; its
/// processes are then killed from here.
class Guard {
 public:
  /// Starts the guard program. `run_folder` is removed by the guard if the harness dies; empty =
  /// nothing. Throws HarnessError.
  static Guard start(const std::filesystem::path& run_folder);
  Guard(Guard&&) noexcept;
  Guard& operator=(Guard&&) noexcept;
  ~Guard();

  std::variant<posix::ProcessHandle, SpawnFailure> spawn(const Command& command);

  pid_t pid() const;
  /// `cgroup` or `subreaper`: what holds the processes.
  std::string_view containment() const;

  /// Exit status of a process that was spawned, or that became the guard's child later; empty while
  /// it lives.
  std::optional<posix::ExitStatus> exit_of(pid_t pid);
  /// The same, waiting; empty at the deadline.
  std::optional<posix::ExitStatus> wait_for_exit(pid_t pid, const posix::Deadline& deadline);
  /// When it was reaped: not before it ended, and hardly later, for the guard has nothing else to
  /// do. Empty while its exit is not known.
  std::optional<posix::Clock::time_point> reaped_at(pid_t pid);

  /// Everything that it runs, zombies included, itself not, in no order.
  std::vector<pid_t> processes();

  /// Whether any process is left; exact, where a look at processes() may miss one whose parent is
  /// just dying.
  bool has_processes();

  /// Remembers the shared memory that its processes have mapped now, so that it can be removed at
  /// the end even where they are gone by then. end_all() and the end of the harness note it by
  /// themselves.
  void note_shared_memory();

  /// SIGKILL to everything, until nothing is left. False where something survived 2 s.
  bool end_all();

 private:
  struct State;
  explicit Guard(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Path of a program or library of ours that travels with the harness: beside the running
/// executable, in the build tree, or in `../libexec/watertight`. Throws HarnessError naming where
/// it looked.
std::filesystem::path companion(std::string_view name);

}  // namespace watertight::launch
