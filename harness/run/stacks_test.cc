// SPDX-License-Identifier: Apache-2.0
// A daemon that hangs or crashes is told with the stacks of its threads.

#include <watertight/check.h>

#include "run/test_scenarios.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace watertight {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::Field;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;

auto is_in(const std::string& function, const std::string& source) {
  return Contains(Field("frames", &ThreadStack::frames,
                        Contains(AllOf(Field("function", &Frame::function, function),
                                       Field("file", &Frame::file, EndsWith(source)),
                                       Field("line", &Frame::line, Gt(0))))));
}

CheckResult result_of(Scenario scenario, const std::string& id) {
  scenario.only = {id};
  scenario.is_quick = true;
  const Report report = check(scenario);
  const auto found = std::ranges::find(report.checks, id, &CheckResult::id);
  if (found == report.checks.end()) throw std::out_of_range(id);
  return *found;
}

TEST(Stacks, OfADaemonThatOutlivesTheWindowNameItsLoop) {
  Scenario scenario = sample_scenario("ignores_sigterm");
  scenario.window = {"", 300ms};
  const CheckResult result = result_of(scenario, "shutdown.idle");
  EXPECT_EQ(result.verdict, Verdict::kFail);
  EXPECT_THAT(result.stacks, is_in("main", "ignores_sigterm.c"))
      << testing::PrintToString(result.evidence);
}

TEST(Stacks, OfADaemonThatASecondSignalBreaksNameTheFunction) {
  Scenario scenario = sample_scenario("second_sigterm_aborts");
  scenario.window = {"", 1s};
  const CheckResult result = result_of(scenario, "shutdown.repeated");
  EXPECT_EQ(result.verdict, Verdict::kFail);
  EXPECT_THAT(result.stacks, is_in("main", "second_sigterm_aborts.c"))
      << testing::PrintToString(result.evidence);
}

TEST(Stacks, OfADaemonThatCrashesUnderLoadNameTheFunction) {
  Scenario scenario = sample_scenario("crashes_after", {"500"});
  scenario.stress = {sample_stress("tcp:127.0.0.1:{port}")};
  scenario.only = {"growth.fds"};
  const Report report = check(scenario);
  EXPECT_THAT(report.error,
              AllOf(HasSubstr("SIGABRT"), HasSubstr("; in on_line (crashes_after.c:")));
  EXPECT_THAT(report.stacks, is_in("on_line", "crashes_after.c"));
}

TEST(Stacks, OfADaemonThatCrashesBeforeItIsReadyNameTheFunction) {
  Scenario scenario = sample_scenario("crashes_at_start");
  scenario.only = {"growth.fds"};
  const Report report = check(scenario);
  EXPECT_THAT(report.error, AllOf(HasSubstr("SIGABRT"),
                                  HasSubstr("; in read_configuration (crashes_at_start.c:")));
  EXPECT_THAT(report.stacks, is_in("main", "crashes_at_start.c"));
}

TEST(Stacks, OfADaemonThatNeverGetsReadyNameItsLoop) {
  Scenario scenario = sample_scenario("never_ready");
  scenario.ready.timeout = 300ms;
  scenario.only = {"growth.fds"};
  const Report report = check(scenario);
  EXPECT_THAT(report.error, AllOf(HasSubstr("not ready"), HasSubstr("; in main (never_ready.c:")));
  EXPECT_THAT(report.stacks, is_in("main", "never_ready.c"));
}

TEST(Stacks, OfAnInstanceThatNeverGetsReadyStandWithTheCheckThatWantedIt) {
  Scenario scenario = sample_scenario("never_ready");
  scenario.ready.timeout = 300ms;
  const CheckResult result = result_of(scenario, "shutdown.idle");
  EXPECT_EQ(result.verdict, Verdict::kInconclusive);
  EXPECT_THAT(result.stacks, is_in("main", "never_ready.c"))
      << testing::PrintToString(result.evidence);
}

TEST(Stacks, AreNotToldOfADaemonThatEndsInTime) {
  const CheckResult result = result_of(sample_scenario("accept_close"), "shutdown.idle");
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.summary;
  EXPECT_THAT(result.stacks, IsEmpty());
}

}  // namespace
}  // namespace watertight
