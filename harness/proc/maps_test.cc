// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace watertight::proc {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Recorded from Linux 6.18 and glibc 2.36: three threads that use malloc(3). An arena is `rw-p`
// below
// `---p`, a stack is the other way round.
constexpr std::string_view kThreeThreads =
    "5602f602b000-5602f602c000 rw-p 00003000 fe:00 10953260                   /tmp/px/stacks\n"
    "5602f6b67000-5602f6b88000 rw-p 00000000 00:00 0                          [heap]\n"
    "7f7660000000-7f7660021000 rw-p 00000000 00:00 0 \n"
    "7f7660021000-7f7664000000 ---p 00000000 00:00 0 \n"
    "7f7664000000-7f7664021000 rw-p 00000000 00:00 0 \n"
    "7f7664021000-7f7668000000 ---p 00000000 00:00 0 \n"
    "7f7668000000-7f7668021000 rw-p 00000000 00:00 0 \n"
    "7f7668021000-7f766c000000 ---p 00000000 00:00 0 \n"
    "7f766d167000-7f766d168000 ---p 00000000 00:00 0 \n"
    "7f766d168000-7f766d968000 rw-p 00000000 00:00 0 \n"
    "7f766d968000-7f766d969000 ---p 00000000 00:00 0 \n"
    "7f766d969000-7f766e169000 rw-p 00000000 00:00 0 \n"
    "7f766e169000-7f766e16a000 ---p 00000000 00:00 0 \n"
    "7f766e16a000-7f766e96a000 rw-p 00000000 00:00 0 \n"
    "7f766e96a000-7f766e96d000 rw-p 00000000 00:00 0 \n"
    "7f766e96d000-7f766e993000 r--p 00000000 fe:00 332835                     /usr/lib/libc.so.6\n"
    "7ffc49645000-7ffc49666000 rw-p 00000000 00:00 0                          [stack]\n"
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";

TEST(ParseMaps, ReadsEveryColumn) {
  const auto mappings = parse_maps(kThreeThreads);
  ASSERT_THAT(mappings, SizeIs(18));
  EXPECT_EQ(mappings[0].start, 0x5602f602b000U);
  EXPECT_EQ(mappings[0].end, 0x5602f602c000U);
  EXPECT_EQ(mappings[0].permissions, "rw-p");
  EXPECT_EQ(mappings[0].offset, 0x3000U);
  EXPECT_EQ(mappings[0].device_major, 0xfeU);
  EXPECT_EQ(mappings[0].device_minor, 0U);
  EXPECT_EQ(mappings[0].inode, 10953260U);
  EXPECT_EQ(mappings[0].path, "/tmp/px/stacks");
  EXPECT_EQ(mappings[2].path, "");
  EXPECT_EQ(mappings[17].end, 0xffffffffff601000U);
}

TEST(ParseMaps, KeepsPathsWhole) {
  const auto mappings = parse_maps("1000-2000 r--s 00000000 00:01 5  /dev/shm/a b (deleted)\n");
  ASSERT_THAT(mappings, SizeIs(1));
  EXPECT_EQ(mappings[0].path, "/dev/shm/a b (deleted)");
}

TEST(ParseMaps, LeavesOutWhatIsNoMapping) {
  EXPECT_THAT(parse_maps(""), IsEmpty());
  EXPECT_THAT(
      parse_maps(
          "\n\n-\n1000-2000\n2000-1000 rw-p 0 0:0 0\nxyz-2000 rw-p 0 0:0 0\n"
          "1000-20000000000000000 rw-p 0 0:0 0\n1000-2000 rw 0 0:0 0\n1000-2000 rw-p 0 0 0\n"),
      IsEmpty());
}

TEST(ParseMaps, SurvivesEveryCut) {
  std::size_t most = 0;
  for (std::size_t length = 0; length <= kThreeThreads.size(); ++length) {
    most = std::max(most, parse_maps(kThreeThreads.substr(0, length)).size());
  }
  EXPECT_EQ(most, 18U);
}

TEST(CountUnjoinedStacks, TakesOffLiveThreads) {
  const auto mappings = parse_maps(kThreeThreads);
  EXPECT_EQ(count_unjoined_stacks(mappings, 4), 0U);
  EXPECT_EQ(count_unjoined_stacks(mappings, 2), 2U);
  EXPECT_EQ(count_unjoined_stacks(mappings, 1), 3U);
  EXPECT_EQ(count_unjoined_stacks(mappings, 100), 0U);  // threads with stacks of their own making
  EXPECT_EQ(count_unjoined_stacks({}, 0), 0U);
}

TEST(CountUnjoinedStacks, TakesNamedAndExecutableStacks) {
  EXPECT_EQ(count_unjoined_stacks(parse_maps("1000-2000 ---p 0 00:00 0 [anon:guard]\n"
                                             "2000-802000 rw-p 0 00:00 0 [anon:stack]\n"
                                             "802000-803000 ---p 0 00:00 0\n"
                                             "803000-1003000 rwxp 0 00:00 0\n"),
                                  1),
            2U);
}

TEST(CountUnjoinedStacks, IsNotFooledByNeighbours) {
  for (const std::string_view text :
       {"1000-2000 ---p 0 00:00 0\n3000-803000 rw-p 0 00:00 0\n",            // a gap
        "1000-2000 ---p 0 00:00 0\n2000-802000 rw-s 0 00:00 0\n",            // shared
        "1000-2000 ---p 0 fe:00 7 /lib/x.so\n2000-802000 rw-p 0 00:00 0\n",  // of a library
        "1000-2000 ---p 0 00:00 0\n2000-802000 rw-p 0 fe:00 7 /lib/x.so\n",  //
        "1000-2000 ---p 0 00:00 0\n2000-802000 r--p 0 00:00 0\n",            // not writable
        "21000-4000000 ---p 0 00:00 0\n4000000-4021000 rw-p 0 00:00 0\n",    // two arenas
        "1000-2000 ---p 0 00:00 0\n2000-3000 rw-p 0 00:00 0\n"}) {           // too small
    EXPECT_EQ(count_unjoined_stacks(parse_maps(text), 1), 0U) << text;
  }
}

std::uint64_t live_threads() { return read_status(getpid())->threads; }
std::uint64_t unjoined_now() { return count_unjoined_stacks(*read_maps(getpid()), live_threads()); }

TEST(CountUnjoinedStacks, CountsRealThreadsThatNobodyJoined) {
  const char* preloaded = std::getenv("LD_PRELOAD");
  if (preloaded && std::string_view(preloaded).find("vgpreload") != std::string_view::npos)
    GTEST_SKIP() << "Valgrind gives its threads stacks that look like glibc's";
  constexpr std::size_t kThreads = 20;
  std::thread([] {}).join();  // the first may bring a sanitizer's own along
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  // More than any cached stack of an earlier test has, so that none of those is used again.
  pthread_attr_setstacksize(&attributes, 24 << 20);
  const auto threads_before = live_threads();
  const auto before = unjoined_now();

  std::vector<pthread_t> threads(kThreads);
  for (pthread_t& thread : threads) {
    ASSERT_EQ(pthread_create(
                  &thread, &attributes, [](void* nothing) { return nothing; }, nullptr),
              0);
  }
  const posix::Deadline deadline(60s);
  while (live_threads() > threads_before && !deadline.has_passed()) posix::pause_for(1ms);
  EXPECT_EQ(unjoined_now(), before + kThreads);

  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  EXPECT_LE(unjoined_now(), before + 1);  // glibc keeps up to 40 MiB of stacks: one of these
}

}  // namespace
}  // namespace watertight::proc
