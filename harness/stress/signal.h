// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "posix/process.h"
#include "stress/driver.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace watertight::stress {

/// `HUP`, `SIGHUP`, `RTMIN+2` or a number. Throws ScenarioError.
int parse_signal(std::string_view name);

/// Sends a signal to a process, again and again, each only when the one before was taken and the
/// process fell quiet, so that no two become one. Never waits longer than the timeout: a busy
/// process is no failure, a signal that stays pending is.
class Signal final : public Driver {
 public:
  /// `process` has to outlive it. Throws ScenarioError for an unknown signal.
  Signal(const posix::ProcessHandle& process, std::string name,
         posix::Clock::duration timeout = std::chrono::seconds(1));

  std::uint64_t cycle() const override { return 1; }
  Tally perform(std::uint64_t operations, const std::function<int()>& interrupted) override;

 private:
  /// Why it failed; empty where it did not.
  std::string send_once();
  bool is_pending() const;

  const posix::ProcessHandle& process_;
  const std::string name_;
  const int number_;
  const posix::Clock::duration timeout_;
};

}  // namespace watertight::stress
