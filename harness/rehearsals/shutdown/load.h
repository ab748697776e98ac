// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "stress/stress.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace watertight::rehearsals {

/// The scenario's own stress, made by a thread of its own for as long as this lives, or the daemon
/// does.
class Load {
 public:
  /// Throws ScenarioError, HarnessError.
  explicit Load(launch::Daemon& daemon);
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load();

  /// Waits until that many operations have worked; false at the deadline.
  bool wait_until_done(std::uint64_t operations, const posix::Deadline& deadline) const;

  /// What was made so far, portion by portion.
  stress::Tally tally() const;

  /// Ends it, and gives the sum. Throws HarnessError where the thread ran into one.
  stress::Tally end();

 private:
  void make(std::optional<double> operations_per_second);

  stress::Workload workload_;
  std::atomic<bool> is_over_ = false;
  mutable std::mutex mutex_;
  stress::Tally tally_;
  std::exception_ptr trouble_;
  std::thread thread_;
};

/// True where the scenario has work that a daemon can be busy with.
bool has_load(const Scenario& scenario);

}  // namespace watertight::rehearsals
