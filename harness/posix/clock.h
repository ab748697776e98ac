// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace watertight::posix {

/// The clock of every deadline and latency: CLOCK_MONOTONIC.
using Clock = std::chrono::steady_clock;

/// A point in time after which waiting ends.
class Deadline {
 public:
  explicit Deadline(Clock::duration from_now) : at_(Clock::now() + from_now) {}
  bool has_passed() const { return Clock::now() >= at_; }
  Clock::duration left() const;  ///< Never negative.
  int left_for_poll() const;     ///< Milliseconds, rounded up, for poll(2).

 private:
  Clock::time_point at_;
};

/// Sleeps between two looks of a polling loop (clock_nanosleep(2)); never used to wait for an event
/// that something else could signal.
void pause_for(Clock::duration time);

}  // namespace watertight::posix
