// SPDX-License-Identifier: Apache-2.0
#include "proc/limits.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace watertight::proc {
namespace {

TEST(ParseCgroup, FindsTheFolderOfV2) {
  const auto folder = parse_cgroup("0::/system.slice/a.service\n", "memory");
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->path, "/system.slice/a.service");
  EXPECT_TRUE(folder->is_v2);
}

TEST(ParseCgroup, PrefersTheHierarchyThatHasTheController) {
  const char* const hybrid = "5:cpu,cpuacct:/c\n4:memory:/docker/x\n3:pids:/p\n0::/u\n";
  EXPECT_EQ(parse_cgroup(hybrid, "memory")->path, "/docker/x");
  EXPECT_FALSE(parse_cgroup(hybrid, "memory")->is_v2);
  EXPECT_EQ(parse_cgroup(hybrid, "cpuacct")->path, "/c");
  EXPECT_EQ(parse_cgroup(hybrid, "blkio")->path, "/u");
}

TEST(ParseCgroup, IsEmptyForWhatIsNone) {
  EXPECT_FALSE(parse_cgroup("", "memory"));
  EXPECT_FALSE(parse_cgroup("nonsense\n1:\n::\n", "memory"));
}

TEST(ParseLimit, KnowsNoneInBothVersions) {
  EXPECT_EQ(parse_limit("1073741824\n"), 1073741824);
  EXPECT_FALSE(parse_limit("max\n"));
  EXPECT_FALSE(parse_limit("9223372036854771712\n"));
}

TEST(ParseTotalMemory, IsInBytes) {
  EXPECT_EQ(parse_total_memory("MemTotal:       16384 kB\nMemFree: 1 kB\n"), 16384 * 1024);
  EXPECT_FALSE(parse_total_memory("MemFree: 1 kB\n"));
}

TEST(Limits, OfThisProcessArePositive) {
  EXPECT_GT(memory_limit(getpid()).value(), 1e6);
  EXPECT_GT(thread_limit(getpid()).value(), 10);
}

}  // namespace
}  // namespace watertight::proc
