// SPDX-License-Identifier: Apache-2.0
// --warp end to end: what leaks with time is found, told in the daemon's own time, and a daemon
// that libfaketime does not reach is not judged.

#include <watertight/check.h>

#include "launch/time_warp.h"
#include "run/test_scenarios.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace watertight {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class WarpedRun : public testing::Test {
 protected:
  void SetUp() override {
    try {
      launch::find_time_warp();
    } catch (const HarnessError& error) {
      GTEST_SKIP() << error.what();
    }
    scenario.stress = {{}};
    scenario.warp = 1000;
    scenario.window = {"", 1s};
    scenario.budget.time = 60s;  // It ends as soon as all is settled.
    scenario.only = {"growth.rss", "growth.fds", "shutdown.idle"};
  }

  const CheckResult& result_of(std::string_view id) {
    const auto found = std::ranges::find(report.checks, id, &CheckResult::id);
    if (found == report.checks.end()) throw std::out_of_range(std::string(id));
    return *found;
  }

  void run(std::vector<std::string> command) {
    scenario.command = std::move(command);
    report = check(scenario);
    ASSERT_TRUE(report.warp);
    EXPECT_EQ(report.warp->asked, 1000);
  }

  /// The growth is not judged, and what runs without the warp is.
  void expect_refused(const std::string& why) {
    EXPECT_FALSE(report.warp->measured);
    EXPECT_THAT(report.warp->refused, HasSubstr(why));
    EXPECT_EQ(report.operations, 0u);
    for (const char* id : {"growth.rss", "growth.fds"}) {
      EXPECT_EQ(result_of(id).verdict, Verdict::kInconclusive);
      EXPECT_THAT(result_of(id).summary, HasSubstr(why));
    }
    EXPECT_EQ(result_of("shutdown.idle").verdict, Verdict::kPass) << describe(report);
    EXPECT_EQ(report.exit_code(), 4);
  }

  Scenario scenario;
  Report report;
};

TEST_F(WarpedRun, FindsWhatLeaksWithTime) {
  run({WATERTIGHT_SAMPLE_DAEMONS "/idle_tick_100_bytes", "1000"});
  const CheckResult& rss = result_of("growth.rss");
  ASSERT_EQ(rss.verdict, Verdict::kFail) << describe(report);
  EXPECT_THAT(rss.summary, HasSubstr("time-driven"));
  EXPECT_THAT(rss.summary, HasSubstr("a second of its own time"));
  EXPECT_THAT(rss.summary, HasSubstr("a day as it runs without --warp"));
  // 100 bytes are a block of 112 in glibc's heap.
  EXPECT_NEAR(rss.rate->per_second, 112, 40);
  EXPECT_NEAR(rss.rate->per_operation, rss.rate->per_second / 1000, 0.01) << "a millisecond";
  ASSERT_TRUE(report.warp->measured);
  EXPECT_GT(*report.warp->measured, 10);
  EXPECT_LE(*report.warp->measured, 1000);
  EXPECT_GT(static_cast<double>(report.operations), 10 * 1000 * report.stress_seconds);
  EXPECT_NE(result_of("growth.fds").verdict, Verdict::kFail) << describe(report);
  EXPECT_EQ(result_of("shutdown.idle").verdict, Verdict::kPass) << describe(report);
  EXPECT_EQ(report.exit_code(), 1);
}

TEST_F(WarpedRun, PassesALoopThatKeepsNothing) {
  run({WATERTIGHT_SAMPLE_DAEMONS "/sigterm_flag", "1000"});
  EXPECT_EQ(report.exit_code(), 0) << describe(report);
  ASSERT_TRUE(report.warp->measured);
  EXPECT_GT(*report.warp->measured, 10);
}

TEST_F(WarpedRun, ExcusesWhatIsToleratedInItsOwnTime) {
  scenario.tolerate = {{"rss", 1}};
  run({WATERTIGHT_SAMPLE_DAEMONS "/idle_tick_100_bytes", "1000"});
  EXPECT_EQ(result_of("growth.rss").verdict, Verdict::kPass) << describe(report);
  EXPECT_THAT(result_of("growth.rss").summary, HasSubstr("tolerated"));
}

TEST_F(WarpedRun, IsRefusedWhereTheLibraryIsNotTaken) {
  run({WATERTIGHT_RUN_TESTDATA "/ticks_static", "nanosleep"});
  expect_refused("linked statically");
}

TEST_F(WarpedRun, IsRefusedWhereNoTimerRuns) {
  run({WATERTIGHT_SAMPLE_DAEMONS "/accept_close", "{port}"});
  expect_refused("no timer runs");
}

TEST_F(WarpedRun, IsRefusedWhereTheWaitIsNotReached) {
  run({WATERTIGHT_RUN_TESTDATA "/ticks", "setitimer"});
  expect_refused("waits in a way that is not reached");
}

TEST_F(WarpedRun, IsRefusedWhereTheWaitGetsLonger) {
  run({WATERTIGHT_RUN_TESTDATA "/ticks", "sem_timedwait"});
  expect_refused("waits in a way that is not reached");
}

TEST_F(WarpedRun, IsRefusedWhereTheWaitIsCutToNothing) {
  run({WATERTIGHT_RUN_TESTDATA "/ticks", "poll"});
  expect_refused("no longer rests");
  EXPECT_THAT(report.warp->refused, HasSubstr("try --warp "));
}

TEST_F(WarpedRun, ReportsADaemonThatDoesNotStartEither) {
  run({WATERTIGHT_SAMPLE_DAEMONS "/dies_at_once"});
  EXPECT_EQ(report.exit_code(), 3) << describe(report);
  EXPECT_EQ(report.warp->refused, "");
}

}  // namespace
}  // namespace watertight
