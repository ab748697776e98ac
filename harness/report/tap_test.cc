// SPDX-License-Identifier: Apache-2.0
#include "report/tap.h"

#include "report/sample_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace watertight::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string written(const Report& report) {
  std::ostringstream out;
  write_tap(report, out);
  return out.str();
}

TEST(WriteTap, HasAPointForEachCheck) {
  EXPECT_THAT(written(clean_report()),
              AllOf(StartsWith("TAP version 14\n1..5\nok 1 - growth.fds\n"),
                    HasSubstr("\nok 5 - shutdown.idle\n"), Not(HasSubstr("not ok"))));
}

TEST(WriteTap, ShowsNothingButAPassAsAPlainOk) {
  EXPECT_THAT(written(leaking_report()),
              AllOf(HasSubstr("\nnot ok 1 - growth.fds\n  ---\n  message: \"leaks 1 fd"),
                    HasSubstr("\nok 3 - growth.heap # SKIP needs the agent\n"),
                    HasSubstr("\nnot ok 5 - growth.children # TODO not settled\n"),
                    HasSubstr("\nnot ok 6 - growth.files # TODO warn\n")));
}

TEST(WriteTap, FailsForWhatIsUnsettledWhereNothingFailed) {
  EXPECT_THAT(written(interrupted_report()),
              AllOf(HasSubstr("\nnot ok 1 - growth.fds\n"),
                    HasSubstr("\nnot ok 3 - run\n  ---\n  message: \"interrupted by SIGINT\"")));
}

TEST(WriteTap, SkipsARunThatCheckedNothing) {
  EXPECT_EQ(written(Report{}), "TAP version 14\n1..0 # SKIP nothing was checked\n");
}

TEST(WriteTap, LetsNoDaemonWritePoints) {
  Report report = clean_report();
  report.checks.resize(1);
  report.checks[0].id = "a # SKIP\nok 2 - b\\";
  EXPECT_EQ(written(report), "TAP version 14\n1..1\nok 1 - a \\# SKIP ok 2 - b\\\\\n");
}

}  // namespace
}  // namespace watertight::report
