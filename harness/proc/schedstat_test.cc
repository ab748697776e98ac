// SPDX-License-Identifier: Apache-2.0
#include "proc/schedstat.h"

#include "posix/clock.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace watertight::proc {
namespace {

using namespace std::chrono_literals;

TEST(ParseSchedstat, TellsTimeRunAndTimeWaited) {
  const auto demand = parse_schedstat("1500 250 7\n");
  ASSERT_TRUE(demand);
  EXPECT_EQ(demand->ran, 1500ns);
  EXPECT_EQ(demand->waited, 250ns);
  EXPECT_EQ(demand->total(), 1750ns);
}

TEST(ParseSchedstat, IsEmptyForWhatIsNone) {
  for (const char* text : {"", "\n", "12\n", "a b c\n", "12 x 3\n"})
    EXPECT_FALSE(parse_schedstat(text)) << text;
}

TEST(ReadCpuDemand, FindsEveryThreadOfThisProcess) {
  posix::pause_for(1ms);  // What it ran is added up when it leaves the CPU.
  const auto threads = read_cpu_demand(::getpid());
  if (threads.empty()) GTEST_SKIP() << "a kernel without CONFIG_SCHED_INFO";
  ASSERT_TRUE(threads.contains(::getpid()));
  EXPECT_GT(threads.at(::getpid()).ran, 0ns);
}

}  // namespace
}  // namespace watertight::proc
