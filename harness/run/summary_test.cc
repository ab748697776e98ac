// SPDX-License-Identifier: Apache-2.0
#include "run/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::run {
namespace {

using judge::GrowthVerdict;
using judge::Reason;
using testing::HasSubstr;
using testing::Not;

GrowthContext about(probe::Resource resource) {
  GrowthContext context;
  context.traits = &probe::traits(resource);
  return context;
}

GrowthVerdict leak_of(double rate) {
  GrowthVerdict verdict;
  verdict.verdict = Verdict::kFail;
  verdict.reason = Reason::kPersistent;
  verdict.rate = verdict.rate_low = verdict.rate_high = rate;
  verdict.per_second = rate * 100;
  verdict.operations = 4096;
  return verdict;
}

TEST(GrowthSummary, TellsRateAndTimeToTheLimit) {
  GrowthContext context = about(probe::Resource::kFds);
  context.limit = 1024;
  context.used = 24;
  const CheckResult result = summarize_growth(leak_of(1), context);
  EXPECT_EQ(result.id, "growth.fds");
  EXPECT_EQ(result.verdict, Verdict::kFail);
  EXPECT_THAT(result.summary, HasSubstr("leaks 1 fd per operation"));
  EXPECT_THAT(result.summary, HasSubstr("limit of 1 024 is reached in 10"));
  EXPECT_DOUBLE_EQ(result.exhausted_in_s.value(), 10);
  EXPECT_EQ(result.decided_at_operations, 4096u);
}

TEST(GrowthSummary, TellsMemoryPerDay) {
  const CheckResult result = summarize_growth(leak_of(48), about(probe::Resource::kRss));
  EXPECT_THAT(result.summary, HasSubstr("48 bytes per operation"));
  EXPECT_THAT(result.summary, HasSubstr("a day at 100 operations a minute"));
}

TEST(GrowthSummary, TellsWhatItMeans) {
  GrowthContext context = about(probe::Resource::kFds);
  context.limit = 1024;
  context.used = 24;
  const CheckResult result = summarize_growth(leak_of(1), context);
  ASSERT_EQ(result.evidence.size(), 2u);
  EXPECT_EQ(result.evidence[0],
            "at 100 operations a second: 8 640 000 fds a day, 3 150 000 000 fds a year; the limit "
            "of 1 024 fds after 10 s");
  EXPECT_THAT(result.evidence[1], HasSubstr("100 operations a minute: 144 000 fds a day"));
  EXPECT_THAT(result.evidence[1], HasSubstr("after 10 minutes"));
}

TEST(GrowthSummary, TellsTimeFromWork) {
  GrowthVerdict verdict = leak_of(1);
  verdict.idle_per_second = 0;
  EXPECT_THAT(summarize_growth(verdict, about(probe::Resource::kRss)).summary,
              HasSubstr("it stands still while the daemon is idle"));
  verdict.idle_per_second = 40;
  EXPECT_THAT(summarize_growth(verdict, about(probe::Resource::kRss)).summary,
              HasSubstr("40 B a second of it with time alone"));
  verdict.idle_per_second = 95;
  EXPECT_THAT(
      summarize_growth(verdict, about(probe::Resource::kRss)).summary,
      HasSubstr(
          "time-driven: 95 B a second also while idle, whatever the operations; 7.8 MiB a day"));
}

TEST(GrowthSummary, TellsWhatIsInDoubt) {
  GrowthVerdict verdict = leak_of(1);
  verdict.verdict = Verdict::kInconclusive;
  const auto summary = [&](Reason reason) {
    verdict.reason = reason;
    return summarize_growth(verdict, about(probe::Resource::kRss)).summary;
  };
  EXPECT_THAT(summary(Reason::kPool), HasSubstr("within the declared pool"));
  verdict.blind_rate = 3;
  EXPECT_THAT(summary(Reason::kBlind), HasSubstr("3 bytes per operation could hide"));
  verdict.plateau = 2 * 1024 * 1024;
  EXPECT_THAT(summary(Reason::kDecelerating), HasSubstr("come to rest at about 2"));
}

TEST(GrowthSummary, SaysWhenALimitWasReached) {
  GrowthVerdict verdict = leak_of(1);
  verdict.reason = Reason::kExhausted;
  verdict.operations = 1003;
  GrowthContext context = about(probe::Resource::kFds);
  context.limit = 1024;
  context.used = 1023;
  EXPECT_THAT(summarize_growth(verdict, context).summary,
              HasSubstr("exhausted after 1 003 operations"));
}

TEST(GrowthSummary, PassStatesWhatItWouldHaveCaught) {
  GrowthVerdict verdict;
  verdict.verdict = Verdict::kPass;
  verdict.reason = Reason::kBounded;
  verdict.detection_limit = 1.0 / 4000;
  const CheckResult result = summarize_growth(verdict, about(probe::Resource::kFds));
  EXPECT_EQ(result.verdict, Verdict::kPass);
  EXPECT_THAT(result.summary, HasSubstr("would have caught 1 fd in 4 000 operations"));
}

TEST(GrowthSummary, MostlyFailingOperationsNeverMakeAPass) {
  GrowthVerdict verdict;
  verdict.verdict = Verdict::kPass;
  GrowthContext context = about(probe::Resource::kFds);
  context.failed_share = 0.9;
  context.first_failure = "connection refused";
  const CheckResult result = summarize_growth(verdict, context);
  EXPECT_EQ(result.verdict, Verdict::kInconclusive);
  EXPECT_THAT(result.summary, HasSubstr("connection refused"));
}

TEST(GrowthSummary, InconclusiveSaysWhyAndWhatWouldSettleIt) {
  GrowthVerdict verdict;
  verdict.reason = Reason::kDecelerating;
  verdict.rate = 2;
  verdict.operations_to_settle = 40'000;
  GrowthContext context = about(probe::Resource::kRss);
  const CheckResult result = summarize_growth(verdict, context);
  EXPECT_THAT(result.summary, HasSubstr("ever more slowly"));
  EXPECT_THAT(result.summary, HasSubstr("40 000 more operations"));
  EXPECT_FALSE(result.decided_after_s);
}

}  // namespace
}  // namespace watertight::run
