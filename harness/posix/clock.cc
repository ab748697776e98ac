// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>

namespace watertight::posix {

Clock::duration Deadline::left() const {
  return std::max(at_ - Clock::now(), Clock::duration::zero());
}

int Deadline::left_for_poll() const {
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left()).count();
  return static_cast<int>(std::min<decltype(milliseconds)>(milliseconds, INT_MAX));
}

void pause_for(Clock::duration time) {
  using namespace std::chrono;
  if (time <= Clock::duration::zero()) return;
  // An absolute end, so that signals do not stretch the pause.
  const auto end = (Clock::now() + time).time_since_epoch();
  const auto whole = duration_cast<seconds>(end);
  const timespec at{whole.count(), duration_cast<nanoseconds>(end - whole).count()};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
  }
}

}  // namespace watertight::posix
