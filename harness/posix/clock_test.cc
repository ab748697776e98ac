// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"

#include <gtest/gtest.h>

#include <climits>

namespace watertight::posix {
namespace {

using namespace std::chrono_literals;

TEST(Deadline, HasPassedAtOnceWhenThereIsNoTime) {
  for (const auto time : {Clock::duration(0), Clock::duration(-1h)}) {
    const Deadline deadline(time);
    EXPECT_TRUE(deadline.has_passed());
    EXPECT_EQ(deadline.left(), Clock::duration::zero());
    EXPECT_EQ(deadline.left_for_poll(), 0);
  }
}

TEST(Deadline, LiesAheadUntilItPasses) {
  const Deadline deadline(1h);
  EXPECT_FALSE(deadline.has_passed());
  EXPECT_GT(deadline.left(), 59min);
  EXPECT_LE(deadline.left(), 1h);
}

TEST(Deadline, RoundsUpForPollSoThatNoLoopSpins) {
  const Deadline deadline(1h);
  const auto left = deadline.left();
  EXPECT_GE(std::chrono::milliseconds(deadline.left_for_poll()) + 1s, left);
  EXPECT_EQ(Deadline(24h * 365).left_for_poll(), INT_MAX);
}

TEST(PauseFor, LastsAtLeastAsLongAsAsked) {
  const auto start = Clock::now();
  pause_for(3ms);
  EXPECT_GE(Clock::now() - start, 3ms);
}

TEST(PauseFor, ReturnsAtOnceForNoTime) {
  pause_for(0ns);
  pause_for(-1h);
}

}  // namespace
}  // namespace watertight::posix
