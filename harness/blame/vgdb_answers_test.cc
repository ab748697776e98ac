// SPDX-License-Identifier: Apache-2.0
#include "blame/vgdb_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::blame {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Recorded from Valgrind 3.19, `leak_check full reachable increased` under --xml=yes.
constexpr std::string_view kLeakCheck =
    R"(sending command leak_check full reachable increased to pid 21783
==21783== 1,704 (+640) bytes in 11 (+10) blocks are still reachable in loss record 2 of 3
==21783==    at 0x48417B4: malloc (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)
==21783==    by 0x10B3FB: remember (/work/sample_daemons/heap_growing_list.c:18)
==21783==    by 0x10AC2A: ??? (in /work/d)
==21783==    by 0x10AC2B: std::function<void (int)>::operator()(int) const (/usr/include/f.h:1)
==21783== 
==21783== 2,048 (+1,024) (1,024 (+512) direct, 1,024 (+512) indirect) bytes in 16 (+8) blocks are definitely lost in loss record 3 of 3
==21783==    at 0x48417B4: malloc (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)
==21783== 
==21783== LEAK SUMMARY:
==21783==    definitely lost: 0 (+0) bytes in 0 (+0) blocks
==21783==    still reachable: 992 (+640) bytes in 12 (+10) blocks
==21783== 
)";

TEST(LeakCheck, GivesWhatGrewWithItsStack) {
  const auto records = parse_leak_check(kLeakCheck);
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].finding.kind, Finding::Kind::kReachable);
  EXPECT_EQ(records[0].finding.bytes, 1704u);
  EXPECT_EQ(records[0].finding.blocks, 11u);
  EXPECT_EQ(records[0].grown_bytes, 640u);
  EXPECT_EQ(records[0].grown_blocks, 10u);
  const auto& stack = records[0].finding.stack;
  ASSERT_THAT(stack, SizeIs(4));
  EXPECT_EQ(stack[0].module, "/usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so");
  EXPECT_EQ(stack[1].function, "remember");
  EXPECT_EQ(stack[1].file, "/work/sample_daemons/heap_growing_list.c");
  EXPECT_EQ(stack[1].line, 18);
  EXPECT_EQ(stack[2].function, "");
  EXPECT_EQ(stack[3].function, "std::function<void (int)>::operator()(int) const");
  EXPECT_EQ(records[0].finding.addresses[1], 0x10B3FBu);

  EXPECT_EQ(records[1].finding.kind, Finding::Kind::kLeak);
  EXPECT_EQ(records[1].grown_bytes, 1024u);
  EXPECT_EQ(records[1].grown_blocks, 8u);
}

TEST(LeakCheck, TellsNoGrowthFromGrowth) {
  const auto records = parse_leak_check(
      "==1== 288 bytes in 1 blocks are possibly lost in loss record 1 of 1\n"
      "==1== 288 (-64) bytes in 1 (-1) blocks are possibly lost in loss record 1 of 1\n");
  ASSERT_THAT(records, SizeIs(2));
  for (const auto& record : records) EXPECT_EQ(record.grown_blocks, 0u);
}

TEST(LeakCheck, PassesOverEverythingElse) {
  EXPECT_THAT(parse_leak_check(""), IsEmpty());
  EXPECT_THAT(
      parse_leak_check("==1== \n==\n== \nbytes in loss record\n==1==   at 0x1: f (a.c:1)\n"),
      IsEmpty());
}

// Recorded from Valgrind 3.19, `v.info open_fds`.
constexpr std::string_view kOpen = R"(==21783== FILE DESCRIPTORS: 9 open (3 std) .
==21783== Open file descriptor 6:
==21783==    at 0x4965DCF: signalfd (misc/../sysdeps/unix/sysv/linux/signalfd.c:27)
==21783==    by 0x10AA24: serve (/work/line_server.c:166)
==21783== 
==21783== Open AF_INET socket 4: 127.0.0.1:7841 <-> unbound
==21783==    at 0x4967DC7: socket (socket/../sysdeps/unix/syscall-template.S:120)
==21783== 
==21783== Open file descriptor 10: /dev/null
==21783==    <inherited from parent>
==21783== 
)";

TEST(OpenFds, GivesWhatTheDaemonOpenedItself) {
  const auto open = parse_open_fds(kOpen);
  ASSERT_THAT(open, SizeIs(2));
  EXPECT_EQ(open[0].fd, 6);
  EXPECT_EQ(open[0].stack[1].line, 166);
  EXPECT_EQ(open[1].fd, 4);
  EXPECT_EQ(open[1].what, "Open AF_INET socket 4: 127.0.0.1:7841 <-> unbound");
  EXPECT_EQ(open[1].kind, Finding::Kind::kDescriptor);
}

}  // namespace
}  // namespace watertight::blame
