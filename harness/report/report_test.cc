// SPDX-License-Identifier: Apache-2.0
#include <watertight/report.h>

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace watertight {
namespace {

constexpr Verdict kPass = Verdict::kPass;
constexpr Verdict kFail = Verdict::kFail;
constexpr Verdict kUnsettled = Verdict::kInconclusive;
constexpr Verdict kNone = Verdict::kNotApplicable;

CheckResult check(Verdict verdict, Severity severity = Severity::kFail, std::string id = "x") {
  CheckResult result;
  result.id = std::move(id);
  result.verdict = verdict;
  result.severity = severity;
  return result;
}

Report with(std::vector<CheckResult> checks) {
  Report report;
  report.checks = std::move(checks);
  return report;
}

struct Outcome {
  int exit_code;
  std::string verdict;
  bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << outcome.exit_code << " " << outcome.verdict;
}

Outcome outcome(Report report) { return {report.exit_code(), report.verdict()}; }

Outcome strict_outcome(Report report) {
  report.is_strict = true;
  return outcome(report);
}

TEST(ReportOutcome, FollowsThePrecedenceFromTheGravestToTheLightest) {
  Report report = with({check(kPass), check(kNone), check(kUnsettled), check(kFail)});
  report.interrupted_by = 2;
  report.error = "the daemon died";
  report.deadline_passed = true;
  EXPECT_EQ(outcome(report), (Outcome{130, "fail"}));
  report.interrupted_by = 0;
  EXPECT_EQ(outcome(report), (Outcome{1, "fail"}));
  report.checks.pop_back();
  EXPECT_EQ(outcome(report), (Outcome{3, "error"}));
  report.error.clear();
  EXPECT_EQ(outcome(report), (Outcome{124, "inconclusive"}));
  report.deadline_passed = false;
  EXPECT_EQ(outcome(report), (Outcome{4, "inconclusive"}));
  report.checks.pop_back();
  EXPECT_EQ(outcome(report), (Outcome{0, "pass"}));
  report.checks.erase(report.checks.begin());
  EXPECT_EQ(outcome(report), (Outcome{77, "not_applicable"}));
}

TEST(ReportOutcome, IsNoPassWhereTheRunWasCutShort) {
  Report interrupted = with({check(kPass)});
  interrupted.interrupted_by = 15;
  EXPECT_EQ(outcome(interrupted), (Outcome{143, "inconclusive"}));
  Report late = with({check(kPass)});
  late.deadline_passed = true;
  EXPECT_EQ(outcome(late), (Outcome{124, "inconclusive"}));
  Report broken = with({check(kPass)});
  broken.error = "the daemon died";
  EXPECT_EQ(outcome(broken), (Outcome{3, "error"}));
}

TEST(ReportOutcome, IsNeverGreenWithoutAMeasurement) {
  EXPECT_EQ(outcome(with({})), (Outcome{77, "not_applicable"}));
  EXPECT_EQ(outcome(with({check(kNone)})), (Outcome{77, "not_applicable"}));
  EXPECT_EQ(outcome(with({check(kNone), check(kUnsettled, Severity::kWarn)})),
            (Outcome{4, "inconclusive"}));
}

TEST(ReportOutcome, CountsWarningsOnlyWhereStrict) {
  const Report found = with({check(kPass), check(kFail, Severity::kWarn)});
  EXPECT_EQ(outcome(found), (Outcome{0, "pass"}));
  EXPECT_EQ(strict_outcome(found), (Outcome{1, "fail"}));
  const Report unsettled = with({check(kPass), check(kUnsettled, Severity::kWarn)});
  EXPECT_EQ(outcome(unsettled), (Outcome{0, "pass"}));
  EXPECT_EQ(strict_outcome(unsettled), (Outcome{4, "inconclusive"}));
}

TEST(ReportOutcome, NeverCountsInformation) {
  EXPECT_EQ(strict_outcome(with({check(kPass), check(kFail, Severity::kInfo)})),
            (Outcome{0, "pass"}));
}

TEST(ReportOutcome, ExcusesUnsettledResidentMemoryWhereTheHeapPassed) {
  const auto rss_beside_heap = [](Verdict rss, Verdict heap) {
    return outcome(with({check(rss, Severity::kFail, "growth.rss"),
                         check(heap, Severity::kFail, "growth.heap"), check(kPass)}));
  };
  EXPECT_EQ(rss_beside_heap(kUnsettled, kPass), (Outcome{0, "pass"}));
  EXPECT_EQ(rss_beside_heap(kUnsettled, kNone), (Outcome{4, "inconclusive"}));
  EXPECT_EQ(rss_beside_heap(kUnsettled, kUnsettled), (Outcome{4, "inconclusive"}));
  EXPECT_EQ(rss_beside_heap(kFail, kPass), (Outcome{1, "fail"}));
}

TEST(ReportOutcome, ExcusesNothingElse) {
  EXPECT_EQ(outcome(with({check(kUnsettled, Severity::kFail, "growth.fds"),
                          check(kPass, Severity::kFail, "growth.heap")})),
            (Outcome{4, "inconclusive"}));
}

TEST(ToString, HasTheWordsOfTheJsonReport) {
  EXPECT_EQ(to_string(Verdict::kPass), "pass");
  EXPECT_EQ(to_string(Verdict::kFail), "fail");
  EXPECT_EQ(to_string(Verdict::kInconclusive), "inconclusive");
  EXPECT_EQ(to_string(Verdict::kNotApplicable), "not_applicable");
  EXPECT_EQ(to_string(Severity::kFail), "fail");
  EXPECT_EQ(to_string(Severity::kWarn), "warn");
  EXPECT_EQ(to_string(Severity::kInfo), "info");
}

}  // namespace
}  // namespace watertight
