// SPDX-License-Identifier: Apache-2.0
#include "trace/wait.h"

#include <asm/unistd.h>
#include <gtest/gtest.h>

namespace watertight::trace {
namespace {

using namespace std::chrono_literals;

TEST(ParseWait, ReadsTheCallItsArgumentsAndThePlace) {
  const auto wait =
      parse_wait("232 0x4 0x7ffe10 0x40 0xffffffff 0x0 0x8 0x7ffe00 0x7f3866bd2a10\n");
  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->number, 232);
  EXPECT_EQ(wait->arguments[3], 0xffffffffU);
  EXPECT_EQ(wait->stack, 0x7ffe00U);
  EXPECT_EQ(wait->instruction, 0x7f3866bd2a10U);
}

TEST(ParseWait, FindsNoneInAThreadThatRuns) {
  for (const char* text : {"running\n", "-1 0x7ffe00 0x7f38\n", "", "232\n", "232 0x4 0x7\n",
                           "232 4 5 6 7 8 9 10 11\n", "pause"})
    EXPECT_FALSE(parse_wait(text)) << text;
}

TEST(SamePlaces, AreToldByLineNotByArgument) {
  const Wait one{.number = 1, .arguments = {1}, .stack = 2, .instruction = 3};
  Wait other = one;
  other.arguments = {9};
  EXPECT_TRUE(are_same_places({{7, one}}, {{7, other}}));
  EXPECT_FALSE(are_same_places({{7, one}}, {{8, one}}));
  EXPECT_FALSE(are_same_places({{7, one}}, {{7, one}, {8, one}}));
  other.stack = 4;
  EXPECT_FALSE(are_same_places({{7, one}}, {{7, other}}));
}

TEST(TimeLimit, OfAMillisecondArgumentIsReadFromIt) {
  const posix::Tracee nobody(0);
  Wait wait{.number = __NR_epoll_pwait, .arguments = {4, 0, 64, 100}};
  EXPECT_EQ(time_limit_of(nobody, wait).time, 100ms);
  wait.arguments[3] = 0xffffffff;
  EXPECT_TRUE(time_limit_of(nobody, wait).is_known);
  EXPECT_FALSE(time_limit_of(nobody, wait).time);
}

TEST(TimeLimit, IsUnknownWhereTheCallDoesNotTell) {
  EXPECT_FALSE(time_limit_of(posix::Tracee(0), {.number = __NR_futex}).is_known);
  EXPECT_FALSE(
      time_limit_of(posix::Tracee(0), {.number = __NR_clock_nanosleep, .arguments = {0, 1}})
          .is_known);
}

TEST(DescribeWait, TellsTheLimit) {
  const Wait sleep{.number = __NR_nanosleep};
  EXPECT_EQ(describe(sleep, {.is_known = true, .time = 400ms}), "nanosleep (at most 0.4 s)");
  EXPECT_EQ(describe(sleep, {.is_known = true}), "nanosleep (without a time limit)");
  EXPECT_EQ(describe(sleep, {}), "nanosleep");
}

}  // namespace
}  // namespace watertight::trace
