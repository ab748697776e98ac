// SPDX-License-Identifier: Apache-2.0
#include "report/blame_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(DescribeFrame, SaysWhatIsKnown) {
  EXPECT_EQ(describe_frame({"f", "/src/a.c", 7, "/bin/d", 16}), "f (a.c:7)");
  EXPECT_EQ(describe_frame({"f", "/src/a.c", 0, "/bin/d", 16}), "f (a.c)");
  EXPECT_EQ(describe_frame({"f", "", 0, "/lib/libz.so.1", 16}), "f in libz.so.1");
  EXPECT_EQ(describe_frame({"f", "", 0, "", 16}), "f");
  EXPECT_EQ(describe_frame({"", "", 0, "/lib/libz.so.1", 16}), "libz.so.1+0x10");
  EXPECT_EQ(describe_frame({"", "", 0, "", 16}), "0x10");
}

TEST(DescribeBlame, NamesTheCulpritItsCallersAndWhatItLeft) {
  const Frame culprit{"bad_loop", "/src/d.c", 31, "/bin/d", 1};
  const Frame caller{"main", "/src/d.c", 60, "/bin/d", 2};
  EXPECT_THAT(describe_blame({{1, 4096, "/var/log/data.log", {culprit, caller}}}),
              ElementsAre("by bad_loop (d.c:31), called by main (d.c:60): +4 096 "
                          "/var/log/data.log"));
  EXPECT_THAT(describe_blame({{0.75, 3, "", {culprit}}, {0.25, 1, "x", {caller}}}),
              ElementsAre("75 % of it by bad_loop (d.c:31)", "25 % of it by main (d.c:60): +1 x"));
}

TEST(DescribeBlame, IsShort) {
  const Blame deep{1, 1, "", std::vector<Frame>(40, {"f", "a.c", 1, "", 0})};
  const auto lines = describe_blame(std::vector<Blame>(10, deep));
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_LT(lines[0].size(), 120u);
  EXPECT_THAT(describe_blame({{1, 5, "/var/log/data.log", {}}}), IsEmpty());
}

}  // namespace
}  // namespace watertight::report
