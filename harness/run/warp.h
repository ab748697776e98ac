// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "run/turns.h"
#include "run/watch.h"

#include <watertight/scenario.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace watertight::run {

/// A daemon under --warp, whose own progress shows how fast its time runs.
///
/// A turn of a loop that waits for D of its own time takes D / f + c of ours at the factor f, and
/// c, what the kernel and the loop itself need, does not shrink: at 1 000 times, a loop of one
/// second turns about 850 times a second, one of a millisecond about 15 times as often as without.
/// The turns at two factors give D, and D gives the factor that was reached: D / (seconds a turn).
/// It may exceed the one that was asked for: libfaketime cuts the timeouts of poll and epoll_wait
/// down to whole milliseconds.
class VerifiedWarp {
 public:
  /// `at_factor` and `at_base`: turnings of the same threads at two factors, or of all threads
  /// together. Empty where no thread turns twice as often (1.5 times, for a factor of 2): the warp
  /// has no effect.
  static std::optional<VerifiedWarp> of(double factor, const std::vector<Turning>& at_factor,
                                        double base, const std::vector<Turning>& at_base);

  double fastest() const { return fastest_; }  ///< Factor of the fastest loop.
  double slowest() const { return slowest_; }  ///< Of the slowest, 1 for one that is not reached.

  /// The factor of the fastest loop in another run, by its turnings; fastest() where that run has
  /// other threads.
  double factor_of(const std::vector<Turning>& turnings) const;

 private:
  double fastest_ = 1, slowest_ = 1;
  std::vector<double> own_seconds_per_turn_;  ///< D by thread; 0 where none was found.
};

/// Why the warp cannot be relied on, with the remedy.
struct WarpRefused {
  std::string why;
};

/// Launches the daemon twice, at the scenario's factor and at a lower one (at none, where its loop
/// is quick enough to be counted), leaves it alone for 1 to 5 s, counts the turns of its loops and
/// stops it. Throws HarnessError where libfaketime is missing.
std::variant<VerifiedWarp, WarpRefused, launch::LaunchFailure> verify_warp(const Scenario& scenario,
                                                                           const Watch& watch);

}  // namespace watertight::run
