// SPDX-License-Identifier: Apache-2.0
#include "report/github.h"

#include "report/sample_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace watertight::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string annotations(const Report& report) {
  std::ostringstream out;
  write_github_annotations(report, "/src", out);
  return out.str();
}

std::string summary(const Report& report) {
  std::ostringstream out;
  write_github_summary(report, out);
  return out.str();
}

TEST(GithubAnnotations, StandBesideTheCulprit) {
  EXPECT_THAT(annotations(leaking_report()),
              AllOf(StartsWith("::error title=growth.fds,file=leaks_fd.c,line=31::leaks 1 fd"),
                    HasSubstr("\n::warning title=growth.files::leaves 3 temporary files")));
  EXPECT_EQ(annotations(clean_report()), "");
}

TEST(GithubAnnotations, AreNoMoreThanAreShown) {
  Report report = leaking_report();
  report.checks.assign(50, report.checks.front());
  const std::string text = annotations(report);
  EXPECT_EQ(std::ranges::count(text, '\n'), 10);
}

TEST(GithubAnnotations, LetNoDaemonWriteCommands) {
  Report report;
  report.name = "a,b:c";
  report.error = "100%\n::stop-commands::x";
  EXPECT_EQ(annotations(report), "::error title=a%2Cb%3Ac::100%25 ::stop-commands::x\n");
}

TEST(GithubSummary, TellsFindingsBeforeWhatPassed) {
  const std::string text = summary(leaking_report());
  EXPECT_THAT(text, AllOf(StartsWith("<h3>fail: leaks_fd</h3>"), HasSubstr("2 of 7 checks failed"),
                          HasSubstr("by bad_loop (leaks_fd.c:31)")));
  EXPECT_LT(text.find("growth.files"), text.find("growth.children"));
  EXPECT_LT(text.find("growth.children"), text.find("shutdown.idle"));
}

TEST(GithubSummary, HoldsUnderAnything) {
  Report report = hostile_report();
  report.checks[0].summary = "<img src=x>";
  EXPECT_THAT(summary(report), AllOf(Not(HasSubstr("<img")), Not(HasSubstr("\x1B"))));
  EXPECT_LT(summary(report).size(), std::size_t{1} << 20);
}

}  // namespace
}  // namespace watertight::report
