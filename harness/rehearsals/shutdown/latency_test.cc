// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/latency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Latencies of(std::initializer_list<std::chrono::milliseconds> times) {
  Latencies latencies;
  for (const auto time : times) {
    Stop stop;
    stop.until_exit = time;
    stop.cpu = time / 10;
    latencies.add(stop);
  }
  return latencies;
}

TEST(Latencies, RankTheirStops) {
  const Latencies latencies = of({30ms, 10ms, 20ms, 50ms, 40ms});
  EXPECT_EQ(latencies.percentile(50), 30ms);
  EXPECT_EQ(latencies.percentile(95), 50ms);
  EXPECT_EQ(latencies.longest(), 50ms);
  EXPECT_EQ(latencies.most_cpu(), 5ms);
  EXPECT_EQ(latencies.describe(),
            "P50 30.0 ms, P95 50.0 ms, at most 50.0 ms in 5 stops, 5.0 ms CPU");
}

TEST(Latencies, TellTheProfilesThatWouldHaveKilledTheDaemon) {
  EXPECT_THAT(of({999ms}).describe_profiles(), HasSubstr("in time for all"));
  EXPECT_THAT(of({10ms, 3100ms}).describe_profiles(),
              AllOf(HasSubstr("sysvinit, busybox, s6-init"), HasSubstr("pm2"),
                    Not(HasSubstr("docker")), Not(HasSubstr("tlpi"))));
}

}  // namespace
}  // namespace watertight::rehearsals
