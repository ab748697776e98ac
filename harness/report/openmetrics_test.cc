// SPDX-License-Identifier: Apache-2.0
#include "report/openmetrics.h"

#include "report/sample_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace watertight::report {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string written(const Report& report) {
  std::ostringstream out;
  write_openmetrics(report, out);
  return out.str();
}

TEST(WriteOpenMetrics, HasVerdictsRatesAndAmounts) {
  EXPECT_THAT(
      written(leaking_report()),
      AllOf(HasSubstr("\nwatertight_run_verdict{daemon=\"leaks_fd\",verdict=\"fail\"} 1\n"),
            HasSubstr("\nwatertight_check_verdict{daemon=\"leaks_fd\",check=\"growth.files\","
                      "severity=\"warn\",verdict=\"fail\"} 1\n"),
            HasSubstr("\nwatertight_growth_per_operation_low{daemon=\"leaks_fd\","
                      "check=\"growth.rss\",unit=\"byte\"} 95.2\n"),
            HasSubstr("\nwatertight_resource{daemon=\"leaks_fd\",resource=\"fds\"} 4108\n")));
}

TEST(WriteOpenMetrics, TellsOfEachFamilyOnce) {
  const std::string text = written(leaking_report());
  const std::string type = "# TYPE watertight_growth_per_operation gauge\n";
  EXPECT_EQ(text.find(type), text.rfind(type));
  EXPECT_LT(text.find(type), text.find("\nwatertight_growth_per_operation{"));
  EXPECT_THAT(text, EndsWith("\n# EOF\n"));
}

TEST(WriteOpenMetrics, LeavesOutWhatIsNoNumber) {
  EXPECT_THAT(written(hostile_report()), AllOf(Not(HasSubstr(" nan\n")), Not(HasSubstr(" inf\n"))));
}

TEST(WriteOpenMetrics, LetsNoDaemonWriteSamples) {
  Report report;
  report.name = "a\"} 1\nb{c=\"\\";
  EXPECT_THAT(written(report), HasSubstr("{daemon=\"a\\\"} 1 b{c=\\\"\\\\\""));
}

}  // namespace
}  // namespace watertight::report
