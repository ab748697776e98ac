// SPDX-License-Identifier: Apache-2.0
#include "report/folded.h"

#include "report/sample_reports.h"

#include <gtest/gtest.h>

#include <sstream>

namespace watertight::report {
namespace {

std::string written(const Report& report) {
  std::ostringstream out;
  write_folded(report, out);
  return out.str();
}

TEST(WriteFolded, HasAStackALineOutermostFirst) {
  EXPECT_EQ(written(leaking_report()),
            "growth.fds;main (leaks_fd.c:60);bad_loop (leaks_fd.c:31) 4096\n");
}

TEST(WriteFolded, IsEmptyWhereNoStackIsKnown) { EXPECT_EQ(written(clean_report()), ""); }

TEST(WriteFolded, KeepsLevelsApart) {
  Report report = leaking_report();
  report.checks[0].blame = {{.count = 2, .what = "", .frames = {{"f;g\nh", "", 0, "", 0}}}};
  EXPECT_EQ(written(report), "growth.fds;f,g h 2\n");
}

}  // namespace
}  // namespace watertight::report
