// SPDX-License-Identifier: Apache-2.0
#include "report/baseline.h"

#include "posix/file.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::report {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kToday = "2026-06-15";

CheckResult leaking(std::string id, double per_operation) {
  CheckResult check;
  check.id = std::move(id);
  check.verdict = Verdict::kFail;
  check.summary = "leaks";
  check.rate = Rate{.per_operation = per_operation,
                    .low = 0.99 * per_operation,
                    .high = 1.01 * per_operation,
                    .unit = "byte"};
  return check;
}

/// Leaks `bytes_each` at each of the call sites.
Report leaking_at(const std::vector<std::string>& sites, double bytes_each = 16) {
  CheckResult check = leaking("growth.heap", bytes_each * static_cast<double>(sites.size()));
  for (const std::string& site : sites)
    check.blame.push_back({.share = 1 / static_cast<double>(sites.size()),
                           .what = "blocks",
                           .frames = {{.function = "at_" + site}},
                           .fingerprint = site});
  Report report;
  report.checks = {check};
  return report;
}

Report report_of(CheckResult check) {
  Report report;
  report.checks = {std::move(check)};
  return report;
}

Report passing(std::string id) {
  CheckResult check = leaking(std::move(id), 0);
  check.verdict = Verdict::kPass;
  check.rate.reset();
  check.summary = "no growth";
  return report_of(check);
}

Baseline known_of(const Report& report, const std::string& reason = "old",
                  const std::string& until = "") {
  return baseline_of(report, reason, until);
}

/// The report, judged with the baseline.
Report accepted(Report report, const Baseline& baseline) {
  accept_known(baseline, kToday, report);
  return report;
}

std::vector<std::string> ten_sites() {
  std::vector<std::string> sites;
  for (char site = 'a'; site < 'a' + 10; ++site) sites.emplace_back(1, site);
  return sites;
}

TEST(Baseline, AcceptsWhatItWasMadeOf) {
  const Report report = leaking_at(ten_sites());
  const Report judged = accepted(report, known_of(report));
  EXPECT_EQ(report.exit_code(), 1);
  EXPECT_EQ(judged.exit_code(), 0);
  EXPECT_THAT(judged.checks[0].summary, HasSubstr("in the baseline: leaks"));
}

TEST(Baseline, OfTenLeaksFailsOnTheEleventh) {
  std::vector<std::string> sites = ten_sites();
  const Baseline baseline = known_of(leaking_at(sites));
  sites.push_back("k");
  const Report judged = accepted(leaking_at(sites), baseline);
  EXPECT_EQ(judged.exit_code(), 1);
  EXPECT_THAT(judged.checks[0].summary, HasSubstr("does not have, at_k"));
}

TEST(Baseline, FailsOnAKnownLeakThatGrowsFaster) {
  const Baseline baseline = known_of(leaking_at({"a"}, 16));
  EXPECT_EQ(accepted(leaking_at({"a"}, 16.1), baseline).exit_code(), 0);
  const Report judged = accepted(leaking_at({"a"}, 32), baseline);
  EXPECT_EQ(judged.exit_code(), 1);
  EXPECT_THAT(judged.checks[0].summary, HasSubstr("more than the"));
}

TEST(Baseline, AcceptsAFailureWithoutARate) {
  CheckResult check;
  check.id = "shutdown.idle";
  check.verdict = Verdict::kFail;
  const Report report = report_of(check);
  EXPECT_EQ(accepted(report, known_of(report)).exit_code(), 0);
}

TEST(Baseline, SaysNothingOfOtherChecks) {
  EXPECT_EQ(accepted(report_of(leaking("growth.fds", 1)), known_of(leaking_at({"a"}))).exit_code(),
            1);
}

TEST(Baseline, AcceptsUntilItsDay) {
  const Report report = leaking_at({"a"});
  EXPECT_EQ(accepted(report, known_of(report, "old", "2026-06-15")).exit_code(), 0);
  const Report late = accepted(report, known_of(report, "old", "2026-06-14"));
  EXPECT_EQ(late.exit_code(), 1);
  EXPECT_THAT(late.checks[0].summary, HasSubstr("only until 2026-06-14"));
}

TEST(Baseline, TellsWhereItCanForget) {
  const Report judged = accepted(passing("growth.heap"), known_of(leaking_at({"a"})));
  EXPECT_EQ(judged.exit_code(), 0);
  EXPECT_THAT(judged.checks[0].summary, HasSubstr("may forget it"));
}

TEST(Baseline, RatchetsDownOnly) {
  const Baseline old = known_of(leaking_at({"a", "b"}, 16));
  const Baseline lower = ratcheted(old, leaking_at({"a", "c"}, 8));
  ASSERT_THAT(lower.leaks, SizeIs(1));
  EXPECT_EQ(lower.leaks[0].call_site, "a");
  EXPECT_NEAR(lower.leaks[0].per_op.value_or(0), 8, 0.1);
  EXPECT_NEAR(ratcheted(old, leaking_at({"a", "b"}, 99)).leaks[0].per_op.value_or(0), 16, 0.2);
}

TEST(Baseline, ForgetsWhatPasses) {
  EXPECT_THAT(ratcheted(known_of(leaking_at({"a"})), passing("growth.heap")).leaks, IsEmpty());
}

TEST(Baseline, KeepsWhatWasNotLookedAt) {
  const Baseline old = known_of(leaking_at({"a"}));
  EXPECT_THAT(ratcheted(old, passing("growth.fds")).leaks, SizeIs(1));
  EXPECT_THAT(ratcheted(old, report_of(leaking("growth.heap", 16))).leaks, SizeIs(1))
      << "a run that did not look for call sites";
}

TEST(Baseline, KeepsItsReasonsWhenItTakesSomethingIn) {
  const Baseline both = joined(known_of(leaking_at({"a"}, 8), "first", ""),
                               known_of(leaking_at({"a", "b"}, 16), "second", ""));
  ASSERT_THAT(both.leaks, SizeIs(2));
  EXPECT_EQ(both.leaks[0].reason, "first");
  EXPECT_NEAR(both.leaks[0].per_op.value_or(0), 16, 0.2);
  EXPECT_EQ(both.leaks[1].reason, "second");
}

class BaselineFile : public testing::Test {
 protected:
  Baseline read(std::string_view text) const {
    posix::write_file(path_, text);
    return read_baseline(path_);
  }

  const std::string path_ =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + ".json";
};

TEST_F(BaselineFile, HasALeakALine) {
  const std::string text =
      text_of(known_of(leaking_at({"a", "b"}, 1.0 / 1.01), "ticket 7", "2030-01-01"));
  EXPECT_EQ(text,
            "{\"schema_version\": 1, \"known\": [\n"
            R"({"check":"growth.heap","call_site":"a","where":"at_a","per_op":1.0,"unit":"byte",)"
            R"("reason":"ticket 7","until":"2030-01-01"},)"
            "\n"
            R"({"check":"growth.heap","call_site":"b","where":"at_b","per_op":1.0,"unit":"byte",)"
            R"("reason":"ticket 7","until":"2030-01-01"})"
            "\n]}\n");
}

TEST_F(BaselineFile, GivesWhatWasWritten) {
  const std::string text = text_of(known_of(leaking_at(ten_sites()), "ticket 7", "2030-01-01"));
  EXPECT_EQ(text_of(read(text)), text);
}

TEST_F(BaselineFile, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"", "parse error"},
      {"{}", "'schema_version' not found"},
      {R"({"schema_version": 9, "known": []})", "version 9"},
      {R"({"schema_version": 1, "known": [{}]})", "'check' not found"},
      {R"({"schema_version": 1, "known": [{"check": "growth.fds", "per_op": -1}]})", "no rate"},
      {R"({"schema_version": 1, "known": [{"check": "growth.fds", "per_op": "1"}]})",
       "must be number"},
      {R"({"schema_version": 1, "known": [{"check": "growth.fds", "until": "soon"}]})",
       "`soon` is no day"},
  };
  for (const auto& [text, says] : mistakes) {
    try {
      read(text);
      ADD_FAILURE() << text << " was read";
    } catch (const ScenarioError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr(path_), HasSubstr(says))) << text;
    }
  }
}

TEST_F(BaselineFile, SaysHowToMakeOne) {
  try {
    read_baseline("/nowhere/known.json");
    FAIL() << "was read";
  } catch (const ScenarioError& error) {
    EXPECT_THAT(error.what(), HasSubstr("watertight baseline /nowhere/known.json"));
  }
}

}  // namespace
}  // namespace watertight::report
