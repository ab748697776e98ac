// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"

#include <watertight/check.h>

#include <functional>
#include <string_view>

namespace watertight::run {

/// What may end a run from outside: a signal, or its own deadline, which is shorter than the
/// SIGKILL of a test runner.
class Watch {
 public:
  static constexpr int kDeadline = -1;

  Watch(Observer* observer, posix::Clock::duration allowed)
      : observer_(observer), deadline_(allowed) {}

  /// A signal number, kDeadline, or 0.
  int interrupted() const {
    if (const int signal = observer_ ? observer_->interrupted() : 0) return signal;
    return deadline_.has_passed() ? kDeadline : 0;
  }
  std::function<int()> as_function() const {
    return [this] { return interrupted(); };
  }

  Observer* observer() const { return observer_; }

  /// Tells the observer what is going on now.
  void announce(const Progress& progress) const {
    if (observer_) observer_->on_progress(progress);
  }
  void announce(std::string_view phase) const {
    Progress progress;
    progress.phase = phase;
    announce(progress);
  }

 private:
  Observer* observer_;
  posix::Deadline deadline_;
};

}  // namespace watertight::run
