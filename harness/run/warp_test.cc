// SPDX-License-Identifier: Apache-2.0
#include "run/warp.h"

#include "run/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::run {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A loop that waits for `own_seconds` of its own time, and needs 0.2 ms of ours besides.
Turning loop_of(double own_seconds, double factor) {
  const double period = own_seconds / factor + 0.0002;
  return {100, 100 * period};
}

TEST(VerifiedWarp, IsWhatTheLoopReached) {
  const auto warp = VerifiedWarp::of(1000, {loop_of(1, 1000)}, 8, {loop_of(1, 8)});
  ASSERT_TRUE(warp);
  EXPECT_NEAR(warp->fastest(), 1 / 0.0012, 1);
  EXPECT_EQ(warp->slowest(), warp->fastest());
  EXPECT_NEAR(warp->factor_of({Turning{1000, 2}}), 500, 1) << "on a busier machine";
  EXPECT_NEAR(warp->factor_of({Turning{1000, 0.5}}), 2000, 1) << "timeouts cut to a millisecond";
  EXPECT_EQ(warp->factor_of({}), warp->fastest());
}

TEST(VerifiedWarp, TellsLoopsApart) {
  const Turning sleeps{};
  const auto warp = VerifiedWarp::of(1000, {sleeps, loop_of(1, 1000), loop_of(0.001, 1000)}, 1,
                                     {sleeps, loop_of(1, 1), loop_of(0.001, 1)});
  ASSERT_TRUE(warp);
  EXPECT_NEAR(warp->fastest(), 833, 1);
  EXPECT_NEAR(warp->slowest(), 5, 0.1) << "0.2 ms are all its own";
}

TEST(VerifiedWarp, CountsALoopThatIsNotReached) {
  const Turning unreached{100, 1};
  const auto warp =
      VerifiedWarp::of(1000, {loop_of(1, 1000), unreached}, 1, {loop_of(1, 1), unreached});
  ASSERT_TRUE(warp);
  EXPECT_EQ(warp->slowest(), 1);
}

TEST(VerifiedWarp, TakesDifferentThreadsTogether) {
  const auto warp = VerifiedWarp::of(100, {loop_of(1, 100), Turning{}}, 1, {loop_of(1, 1)});
  ASSERT_TRUE(warp);
  EXPECT_NEAR(warp->fastest(), 1 / 0.0102, 1);
}

TEST(VerifiedWarp, IsRefusedWithoutProgress) {
  const Turning sleeps{}, turns{100, 2}, seldom{7, 2};
  EXPECT_FALSE(VerifiedWarp::of(1000, {turns}, 250, {turns})) << "no effect";
  EXPECT_FALSE(VerifiedWarp::of(1000, {Turning{100, 1.1}}, 1, {turns})) << "hardly any";
  EXPECT_FALSE(VerifiedWarp::of(1000, {sleeps}, 1, {sleeps})) << "no loop";
  EXPECT_FALSE(VerifiedWarp::of(1000, {sleeps}, 1, {turns})) << "it stands still";
  EXPECT_FALSE(VerifiedWarp::of(1000, {seldom}, 1, {Turning{1, 2}})) << "too few turns";
  EXPECT_FALSE(VerifiedWarp::of(1000, {}, 1, {}));
  EXPECT_FALSE(VerifiedWarp::of(2, {Turning{100, 1.4}}, 1, {turns})) << "1.4 of 2 times";
  EXPECT_TRUE(VerifiedWarp::of(2, {Turning{100, 1.2}}, 1, {turns})) << "1.7 of 2 times";
}

GrowthContext warped_context() {
  GrowthContext context;
  context.traits = &probe::traits(probe::Resource::kRss);
  context.warp = context.slowest_warp = 800;
  return context;
}

judge::GrowthVerdict leak_by_time() {
  judge::GrowthVerdict verdict;
  verdict.verdict = Verdict::kFail;
  verdict.reason = judge::Reason::kPersistent;
  verdict.rate = verdict.rate_low = verdict.rate_high = 0.1;
  verdict.per_second = 80'000;
  verdict.idle_per_second = 80'000;
  return verdict;
}

TEST(WarpedSummary, TellsRatesInTheDaemonsOwnTime) {
  const CheckResult result = summarize_growth(leak_by_time(), warped_context());
  EXPECT_THAT(result.summary, HasSubstr("time-driven: 100 B a second of its own time"));
  EXPECT_THAT(result.summary, HasSubstr("8.2 MiB a day as it runs without --warp"));
  EXPECT_DOUBLE_EQ(result.rate->per_second, 100);
  EXPECT_TRUE(result.evidence.empty());
}

TEST(WarpedSummary, DoubtsTheTimeOfLoopsThatDiffer) {
  GrowthContext context = warped_context();
  context.slowest_warp = 8;
  EXPECT_THAT(summarize_growth(leak_by_time(), context).evidence,
              testing::ElementsAre(HasSubstr("100 times as much a second")));
}

TEST(WarpedSummary, TellsWhatAPassWouldHaveCaught) {
  judge::GrowthVerdict verdict;
  verdict.verdict = Verdict::kPass;
  verdict.detection_limit = 0.01;
  GrowthContext context = warped_context();
  context.operations_are_time = true;
  EXPECT_THAT(summarize_growth(verdict, context).summary,
              HasSubstr("1 byte in 100 operations, 844 KiB a day as it runs without --warp"));
}

TEST(WarpedSummary, LeavesThePaceOfOperationsAlone) {
  judge::GrowthVerdict verdict = leak_by_time();
  verdict.idle_per_second = 0;
  const CheckResult result = summarize_growth(verdict, warped_context());
  EXPECT_DOUBLE_EQ(result.rate->per_second, 80'000);
  EXPECT_THAT(result.summary, Not(HasSubstr("own time")));
}

}  // namespace
}  // namespace watertight::run
