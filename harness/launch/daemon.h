// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes a scenario, gives a running, ready daemon, or the reason why there is none. Refuses
/// to share anything with other instances: own folder, own ports, own guard.

#include "launch/guard.h"
#include "launch/run_folder.h"
#include "posix/process.h"

#include <watertight/scenario.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace watertight::launch {

/// A daemon that could not be brought to ready: a fact about the daemon or its scenario.
struct LaunchFailure {
  enum class Kind { kSetupFailed, kPortTaken, kCannotExecute, kDied, kNotReady, kInterrupted };
  Kind kind = Kind::kCannotExecute;
  std::string message;                ///< What happened, and the remedy.
  std::vector<std::string> log_tail;  ///< Last lines of output.
  bool is_crash = false;              ///< kDied: of a signal such as SIGSEGV.
};

/// One running instance with all it owns. The destructor ends it: SIGKILL to whatever is left,
/// teardown, folder removed.
class Daemon {
 public:
  Daemon(Daemon&&) noexcept;
  Daemon& operator=(Daemon&&) noexcept;
  ~Daemon();

  /// The main process: the one the PID file or MAINPID= names, else the oldest that survived the
  /// launcher.
  const posix::ProcessHandle& main() const;
  /// Every process of the daemon, zombies included, the guard not.
  std::vector<pid_t> processes() const;
  /// Whether any process is left; exact, where a look at processes() may miss one whose parent is
  /// just dying.
  bool has_processes() const;
  bool is_alive() const;  ///< The main process has not ended.
  /// Another process than the executed one is the main one: that was a launcher, which forked.
  bool is_in_background() const;
  /// Of the process that was executed, waiting; empty at the deadline.
  std::optional<posix::ExitStatus> launcher_exit(const posix::Deadline& deadline);
  std::optional<posix::ExitStatus> exit_status();  ///< Of the main process, once it ended.
  /// When the main process was reaped, to tell in time from late where we looked late ourselves:
  /// not before it ended. Empty while it lives.
  std::optional<posix::Clock::time_point> reaped_at();

  const Scenario& scenario() const;  ///< Placeholders replaced.
  Instance instance() const;
  const RunFolder& folder() const;
  pid_t guard_pid() const;
  std::string containment() const;
  Duration ready_after() const;
  posix::Clock::time_point ready_at() const;
  std::vector<std::string> log_tail(std::size_t lines = 20) const;
  const std::filesystem::path& output() const;  ///< Where what it prints goes.

  /// A second guard for commands that are not the daemon's: load generators, setup and teardown.
  Guard& workbench();

  /// Lets the guard remember the shared memory that the daemon has mapped now, to be removed at the
  /// end. launch() has done so when it became ready; for later, call it before the daemon is
  /// signalled.
  void note_shared_memory();

  /// SIGKILL to everything that is left. Empty where all went; else who did not.
  std::vector<std::string> kill_all();

 private:
  friend class Launcher;
  struct State;
  explicit Daemon(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Makes the folder, allocates ports, writes files, runs setup, executes the command and waits
/// until it is ready. `interrupted` is polled; a number other than 0 gives kInterrupted. Throws
/// HarnessError where we failed, never for the daemon.
std::variant<Daemon, LaunchFailure> launch(const Scenario& scenario,
                                           const std::function<int()>& interrupted = {});

}  // namespace watertight::launch
