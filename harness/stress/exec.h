// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/guard.h"
#include "posix/clock.h"
#include "stress/driver.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace watertight::stress {

/// A command that makes operations.
struct CommandPlan {
  std::string command{};           ///< For /bin/sh -c; has the harness's environment and folder.
  std::filesystem::path output{};  ///< What it prints is appended here.
  posix::Clock::duration timeout = std::chrono::seconds(30);  ///< Of one run, or of one answer.
};

/// What the guard is asked to run for it.
launch::Command shell_command(const CommandPlan& plan);

/// Runs a command again and again, one at a time, each run making a fixed number of operations. An
/// exit status other than 0 fails all operations of that run.
class Exec final : public Driver {
 public:
  /// `workbench` has to outlive it.
  Exec(launch::Guard& workbench, CommandPlan plan, std::uint64_t operations_per_run);

  std::uint64_t cycle() const override { return operations_per_run_; }
  Tally perform(std::uint64_t operations, const std::function<int()>& interrupted) override;

 private:
  /// Why the run failed; empty where it did not. No value where it was interrupted.
  std::optional<std::string> run_once(const std::function<int()>& interrupted);

  launch::Guard& workbench_;
  const CommandPlan plan_;
  const std::uint64_t operations_per_run_;
};

}  // namespace watertight::stress
