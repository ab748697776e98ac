// SPDX-License-Identifier: Apache-2.0
#include "report/junit.h"

#include "report/sample_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pugixml.hpp>

#include <sstream>

namespace watertight::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string written(const Report& report) {
  std::ostringstream out;
  write_junit(report, out);
  return out.str();
}

/// A report in JUnit's shape, read back.
class JUnit {
 public:
  explicit JUnit(const Report& report) {
    const auto result = document_.load_string(written(report).c_str());
    EXPECT_TRUE(result) << result.description();
  }

  pugi::xml_node suite() const { return document_.child("testsuites").child("testsuite"); }

  pugi::xml_node test(const std::string& name) const {
    return suite().find_child_by_attribute("testcase", "name", name.c_str());
  }

  /// `failure leak`, `skipped warn`, …; `passed` where nothing says otherwise.
  std::string outcome(const std::string& name) const {
    if (!test(name)) return "no such case";
    for (const char* element : {"failure", "error", "skipped"})
      if (const auto node = test(name).child(element))
        return std::string(element) + " " + node.attribute("type").value();
    return "passed";
  }

  std::string total(const char* name) const { return suite().attribute(name).value(); }

 private:
  pugi::xml_document document_;
};

Report report_of(Verdict verdict, Severity severity, std::string id = "shutdown.idle") {
  CheckResult check;
  check.id = std::move(id);
  check.verdict = verdict;
  check.severity = severity;
  check.summary = "because";
  Report report;
  report.name = "d";
  report.checks = {check};
  return report;
}

TEST(WriteJUnit, IsOneSuiteWithACaseForEachCheck) {
  const JUnit junit(leaking_report());
  EXPECT_EQ(junit.total("name"), "leaks_fd");
  EXPECT_EQ(junit.total("tests"), "10");
  EXPECT_EQ(junit.total("failures"), "2");
  EXPECT_EQ(junit.total("errors"), "0");
  EXPECT_EQ(junit.total("skipped"), "5");
  EXPECT_EQ(junit.total("time"), "1.200");
  EXPECT_EQ(junit.total("timestamp").size(), std::string("2026-01-31T12:00:00").size());
  EXPECT_STREQ(junit.test("growth.fds").attribute("classname").value(), "leaks_fd");
  EXPECT_STREQ(junit.test("growth.fds").attribute("time").value(), "0.400");
}

TEST(WriteJUnit, ShowsNothingButAPassAsPassed) {
  const JUnit junit(leaking_report());
  EXPECT_EQ(junit.outcome("growth.fds"), "failure leak");
  EXPECT_EQ(junit.outcome("growth.children"), "skipped inconclusive");
  EXPECT_EQ(junit.outcome("growth.files"), "skipped warn");
  EXPECT_EQ(junit.outcome("growth.heap"), "skipped not applicable");
  EXPECT_EQ(junit.outcome("growth.threads"), "passed");
  EXPECT_EQ(junit.outcome("shutdown.idle"), "passed");

  EXPECT_EQ(JUnit(report_of(Verdict::kFail, Severity::kFail)).outcome("shutdown.idle"),
            "failure shutdown");
  EXPECT_EQ(JUnit(report_of(Verdict::kFail, Severity::kInfo)).outcome("shutdown.idle"),
            "skipped info");
  EXPECT_EQ(JUnit(report_of(Verdict::kInconclusive, Severity::kWarn)).outcome("shutdown.idle"),
            "skipped inconclusive");
}

// A failure ends the run: what it leaves unsettled is not an error of its own.
TEST(WriteJUnit, HasAnErrorForWhatIsUnsettledWhereNothingFailed) {
  Report report = report_of(Verdict::kInconclusive, Severity::kFail, "growth.rss");
  EXPECT_EQ(JUnit(report).outcome("growth.rss"), "error inconclusive");
  report.checks.push_back(report_of(Verdict::kFail, Severity::kFail, "growth.fds").checks[0]);
  EXPECT_EQ(JUnit(report).outcome("growth.rss"), "skipped inconclusive");
}

TEST(WriteJUnit, LetsWarningsFailAStrictRun) {
  Report report = report_of(Verdict::kFail, Severity::kWarn, "growth.maps");
  EXPECT_EQ(JUnit(report).outcome("growth.maps"), "skipped warn");
  report.is_strict = true;
  EXPECT_EQ(JUnit(report).outcome("growth.maps"), "failure leak");
}

TEST(WriteJUnit, LetsLiveHeapSettleWhatResidentMemoryCannot) {
  Report report = report_of(Verdict::kInconclusive, Severity::kFail, "growth.rss");
  EXPECT_EQ(JUnit(report).outcome("growth.rss"), "error inconclusive");
  report.checks.push_back(report_of(Verdict::kPass, Severity::kFail, "growth.heap").checks[0]);
  EXPECT_EQ(JUnit(report).outcome("growth.rss"), "skipped inconclusive");
}

// GitLab shows the text of a failure, and Jenkins its message.
TEST(WriteJUnit, PutsTheSentenceIntoMessageAndTextAndTheEvidenceBelow) {
  const JUnit report(leaking_report());  // Owns what its nodes point into.
  const auto failure = report.test("growth.fds").child("failure");
  EXPECT_STREQ(failure.attribute("message").value(),
               "leaks 1 fd per operation; the 1 024 descriptor limit is reached in 110 ms");
  EXPECT_THAT(failure.text().get(),
              AllOf(HasSubstr("leaks 1 fd per operation"), HasSubstr("+4 096 /var/log/data.log"),
                    HasSubstr("hence growth.rss")));
}

TEST(WriteJUnit, SaysWhatAPassWouldHaveCaught) {
  EXPECT_THAT(JUnit(clean_report()).test("growth.fds").child("system-out").text().get(),
              HasSubstr("would have caught"));
}

TEST(WriteJUnit, HasAnErrorWhereTheRunDidNotComeToItsEnd) {
  const JUnit unstartable(unstartable_report());
  EXPECT_EQ(unstartable.outcome("run"), "error daemon");
  EXPECT_THAT(unstartable.test("run").child("error").text().get(),
              HasSubstr("Address already in use"));
  EXPECT_EQ(JUnit(interrupted_report()).outcome("run"), "error interrupted");
  Report late = clean_report();
  EXPECT_EQ(JUnit(late).outcome("run"), "no such case");
  late.deadline_passed = true;
  EXPECT_EQ(JUnit(late).outcome("run"), "error deadline");
}

TEST(WriteJUnit, HoldsNothingThatXmlForbids) {
  Report report = hostile_report();
  const std::string noncharacters = "\xEF\xBF\xBE\xEF\xBF\xBF";
  report.checks[0].evidence.push_back("]]> <&\"' " + noncharacters);
  const std::string xml = written(report);
  for (const char c : xml)
    ASSERT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << static_cast<int>(c);
  EXPECT_THAT(xml, Not(HasSubstr("&#")));  // A reference to a control character is as forbidden.
  EXPECT_THAT(xml, Not(HasSubstr("\xEF\xBF\xBE")));
  EXPECT_THAT(xml, Not(HasSubstr("\xEF\xBF\xBF")));
  EXPECT_THAT(xml, HasSubstr("\uFFFD"));
  JUnit junit(report);  // Well-formed.
}

TEST(WriteJUnit, BeginsWithItsDeclarationAndEndsInANewline) {
  EXPECT_THAT(written(clean_report()), StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
  EXPECT_TRUE(written(clean_report()).ends_with("</testsuites>\n"));
}

}  // namespace
}  // namespace watertight::report
