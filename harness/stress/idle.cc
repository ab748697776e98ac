// SPDX-License-Identifier: Apache-2.0
#include "stress/idle.h"

#include <algorithm>
#include <chrono>

namespace watertight::stress {

using std::chrono::milliseconds;

Tally Idle::perform(std::uint64_t operations, const std::function<int()>& interrupted) {
  constexpr auto kSlice = milliseconds(10);
  if (!begun_at_) begun_at_ = posix::Clock::now();
  const auto elapsed = [this] {
    return static_cast<std::uint64_t>(
        std::chrono::floor<milliseconds>(posix::Clock::now() - *begun_at_).count());
  };
  const std::uint64_t due = done_ + operations;
  while (elapsed() < due && !(interrupted && interrupted() != 0)) {
    const auto left = *begun_at_ + milliseconds(due) - posix::Clock::now();
    posix::pause_for(
        std::clamp<posix::Clock::duration>(left, posix::Clock::duration::zero(), kSlice));
  }
  const std::uint64_t attempted = std::clamp(elapsed(), done_, due) - done_;
  done_ += attempted;
  return {.attempted = attempted};
}

}  // namespace watertight::stress
