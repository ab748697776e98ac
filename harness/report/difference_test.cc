// SPDX-License-Identifier: Apache-2.0
#include "report/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace watertight::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = Change::Kind;

CheckResult passing(std::string id) {
  CheckResult check;
  check.id = std::move(id);
  check.verdict = Verdict::kPass;
  check.summary = "no growth";
  return check;
}

CheckResult leaking(std::string id, double per_operation, double half_width = 0) {
  CheckResult check = passing(std::move(id));
  check.verdict = Verdict::kFail;
  check.summary = "leaks";
  check.rate = Rate{.per_operation = per_operation,
                    .low = per_operation - half_width,
                    .high = per_operation + half_width,
                    .unit = "fd"};
  return check;
}

CheckResult unsettled(std::string id) {
  CheckResult check = passing(std::move(id));
  check.verdict = Verdict::kInconclusive;
  check.summary = "needs more operations";
  return check;
}

CheckResult leaking_at(std::string id, std::vector<std::string> fingerprints) {
  CheckResult check = leaking(std::move(id), 1);
  for (std::string& fingerprint : fingerprints)
    check.blame.push_back({.share = 0.5,
                           .what = "fds",
                           .frames = {{.function = "at_" + fingerprint}},
                           .fingerprint = fingerprint});
  return check;
}

Report report_of(std::vector<CheckResult> checks) {
  Report report;
  report.checks = std::move(checks);
  return report;
}

std::vector<Kind> kinds(const Report& before, const Report& after) {
  std::vector<Kind> result;
  for (const Change& change : changes_between(before, after)) result.push_back(change.kind);
  return result;
}

int exit_code(const Report& before, const Report& after) {
  return exit_code_of(changes_between(before, after), after);
}

TEST(Difference, IsNothingBetweenCleanRuns) {
  const Report clean = report_of({passing("growth.fds")});
  EXPECT_THAT(kinds(clean, clean), IsEmpty());
  EXPECT_EQ(exit_code(clean, clean), 0);
}

TEST(Difference, TellsALeakThatIsNewFromOneThatIsGone) {
  const Report clean = report_of({passing("growth.fds")}),
               bad = report_of({leaking("growth.fds", 1)});
  EXPECT_THAT(kinds(clean, bad), ElementsAre(Kind::kNew));
  EXPECT_EQ(exit_code(clean, bad), 1);
  EXPECT_THAT(kinds(bad, clean), ElementsAre(Kind::kFixed));
  EXPECT_EQ(exit_code(bad, clean), 0);
}

TEST(Difference, IsNewWhereNobodyHadLookedBefore) {
  EXPECT_THAT(kinds(report_of({}), report_of({leaking("growth.fds", 1)})), ElementsAre(Kind::kNew));
  EXPECT_THAT(kinds(report_of({unsettled("growth.fds")}), report_of({leaking("growth.fds", 1)})),
              ElementsAre(Kind::kNew));
}

TEST(Difference, NeedsIntervalsThatDoNotMeet) {
  const Report old = report_of({leaking("growth.fds", 1.0, 0.1)});
  EXPECT_THAT(kinds(old, report_of({leaking("growth.fds", 1.15, 0.1)})), ElementsAre(Kind::kSame));
  EXPECT_THAT(kinds(old, report_of({leaking("growth.fds", 1.3, 0.1)})), ElementsAre(Kind::kWorse));
  EXPECT_THAT(kinds(old, report_of({leaking("growth.fds", 0.7, 0.1)})), ElementsAre(Kind::kBetter));
}

TEST(Difference, OfACallSiteIsWorseAtAnyRate) {
  const Report old = report_of({leaking_at("growth.fds", {"a"})});
  const Report now = report_of({leaking_at("growth.fds", {"a", "b"})});
  const std::vector<Change> changes = changes_between(old, now);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind, Kind::kWorse);
  EXPECT_THAT(changes[0].text, HasSubstr("new call site: at_b"));
}

TEST(Difference, AsksForNoCallSitesThatTheOldRunDidNotLookFor) {
  EXPECT_THAT(
      kinds(report_of({leaking("growth.fds", 1)}), report_of({leaking_at("growth.fds", {"a"})})),
      ElementsAre(Kind::kSame));
}

TEST(Difference, IsUnsettledWhereAVerdictIsLost) {
  const Report old = report_of({passing("growth.fds"), leaking("growth.rss", 1)});
  EXPECT_THAT(kinds(old, report_of({unsettled("growth.fds")})),
              ElementsAre(Kind::kUnsettled, Kind::kUnsettled));
  EXPECT_EQ(exit_code(old, report_of({unsettled("growth.fds")})), 4);
}

TEST(Difference, OfAWarningCountsUnderStrictOnly) {
  CheckResult warning = leaking("growth.maps", 1);
  warning.severity = Severity::kWarn;
  Report now = report_of({warning});
  EXPECT_EQ(exit_code(report_of({}), now), 0);
  now.is_strict = true;
  EXPECT_EQ(exit_code(report_of({}), now), 1);
}

TEST(Difference, IsToldWorstFirstAndSummedUp) {
  std::ostringstream out;
  write_changes(changes_between(report_of({leaking("growth.fds", 1), passing("growth.rss")}),
                                report_of({passing("growth.fds"), leaking("growth.rss", 1)})),
                out);
  EXPECT_EQ(out.str(),
            "new        growth.rss            leaks\n"
            "fixed      growth.fds            no growth\n"
            "1 new, 1 fixed\n");
}

TEST(JudgeFix, WantsTheLeakBeforeAndAPassAfter) {
  const Report clean = report_of({passing("growth.fds")}),
               bad = report_of({leaking("growth.fds", 1)});
  EXPECT_EQ(judge_fix(bad, clean), Fix::kFixed);
  EXPECT_EQ(judge_fix(bad, bad), Fix::kNotFixed);
  EXPECT_EQ(judge_fix(clean, clean), Fix::kNothingToFix);
  EXPECT_EQ(judge_fix(bad, report_of({unsettled("growth.fds")})), Fix::kUnsettled);
  EXPECT_EQ(judge_fix(bad, report_of({})), Fix::kUnsettled);
}

TEST(JudgeFix, IsSpoiltByAnotherLeak) {
  EXPECT_EQ(judge_fix(report_of({leaking("growth.fds", 1), passing("growth.threads")}),
                      report_of({passing("growth.fds"), leaking("growth.threads", 1)})),
            Fix::kNotFixed);
}

TEST(JudgeFix, LeavesConsequencesAside) {
  CheckResult consequence = leaking("growth.rss", 1);
  consequence.consequence_of = "growth.fds";
  EXPECT_EQ(judge_fix(report_of({leaking("growth.fds", 1), consequence}),
                      report_of({passing("growth.fds"), unsettled("growth.rss")})),
            Fix::kFixed);
}

}  // namespace
}  // namespace watertight::report
