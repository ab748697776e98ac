// SPDX-License-Identifier: Apache-2.0
#include "proc/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <limits>

namespace watertight::proc {
namespace {

using ::testing::HasSubstr;

// Recorded from Linux 6.18.
constexpr std::string_view kStat =
    "9726 (z) Z 9724 9715 3369 0 -1 4227148 51 0 0 0 3 4 0 0 20 0 2 0 157583 0 0 "
    "18446744073709551615 0 0 0 0 0 0 "
    "0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

constexpr std::string_view kStatus =
    "Name:\tcat\nUmask:\t0022\nState:\tR "
    "(running)\nTgid:\t9593\nNgid:\t0\nPid:\t9593\nPPid:\t9586\n"
    "TracerPid:\t0\nUid:\t0\t33\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t256\nGroups:\t \n"
    "VmPeak:\t    3060 kB\nVmSize:\t    3060 kB\nVmLck:\t       0 kB\nVmHWM:\t    1680 kB\n"
    "VmRSS:\t    1681 kB\nRssAnon:\t     116 kB\nRssFile:\t    1564 kB\nRssShmem:\t       1 kB\n"
    "Threads:\t1\nSigQ:\t0/96365\nSigPnd:\t0000000000000001\nShdPnd:\t0000000000004000\n"
    "SigBlk:\t0000000000000002\nSigIgn:\t0000000000001000\nSigCgt:\tfffffffe7ffbfeff\n"
    "voluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t7\n";

constexpr std::string_view kRollup =
    "55841e354000-7fff5f7e0000 ---p 00000000 00:00 0                          [rollup]\n"
    "Rss:                1760 kB\nPss:                 337 kB\nPss_Dirty:           112 kB\n"
    "Pss_Anon:            112 kB\nPss_File:            225 kB\nPss_Shmem:             8 kB\n"
    "Shared_Clean:       1592 kB\nAnonymous:           112 kB\nLazyFree:              0 kB\n";

constexpr std::string_view kLimits =
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max cpu time              unlimited            unlimited            seconds   \n"
    "Max processes             96365                96365                processes \n"
    "Max open files            1024                 20000                files     \n"
    "Max realtime priority     0                    0                    \n";

std::string stat_with_comm(std::string_view comm) {
  std::string text(kStat);
  return text.replace(text.find('z'), 1, comm);
}

TEST(ParseStat, ReadsTheFieldsByTheirNumbers) {
  const auto stat = parse_stat(kStat);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->id(), (ProcessId{9726, 157583}));
  EXPECT_EQ(stat->comm, "z");
  EXPECT_EQ(stat->state, 'Z');
  EXPECT_EQ(stat->parent, 9724);
  EXPECT_EQ(stat->group, 9715);
  EXPECT_EQ(stat->session, 3369);
  EXPECT_EQ(stat->user_ticks, 3U);
  EXPECT_EQ(stat->system_ticks, 4U);
  EXPECT_EQ(stat->threads, 2U);
  EXPECT_TRUE(stat->is_exiting);
}

TEST(ParseStat, TakesAnyBytesForTheName) {
  for (const std::string_view comm : {"a b", ") R 1 2 3", "((", "))", "", ") (", "line\nbreak",
                                      "\xff\xfe", ") S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5"}) {
    const auto stat = parse_stat(stat_with_comm(comm));
    ASSERT_TRUE(stat) << comm;
    EXPECT_EQ(stat->comm, comm);
    EXPECT_EQ(stat->state, 'Z') << comm;
    EXPECT_EQ(stat->start_time, 157583U) << comm;
  }
}

TEST(ParseStat, IsEmptyForWhatIsNoStat) {
  for (const std::string_view text : {"", "(", ")", "1 (x)", "1 (x) R 1 1 1", ") 1 (",
                                      "x (y) R 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5"}) {
    EXPECT_FALSE(parse_stat(text)) << text;
  }
  std::string too_big(kStat);
  EXPECT_FALSE(parse_stat(too_big.replace(too_big.find("157583"), 6, "99999999999999999999")));
}

TEST(Stat, KnowsThatAProcessOutlivesItsMainThread) {
  Stat stat = *parse_stat(kStat);
  EXPECT_FALSE(stat.is_dead());  // Z, and one more thread
  stat.threads = 1;
  EXPECT_TRUE(stat.is_dead());
}

TEST(ParseStatus, GivesBytesAndMasks) {
  const auto status = parse_status(kStatus);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, 'R');
  EXPECT_EQ(status->process, 9593);
  EXPECT_EQ(status->user, 33U);
  EXPECT_EQ(status->umask, 022U);
  EXPECT_EQ(status->virtual_bytes, 3060U * 1024);
  EXPECT_EQ(status->resident_bytes, 1681U * 1024);
  EXPECT_EQ(status->resident_anon_bytes, 116U * 1024);
  EXPECT_EQ(status->resident_shmem_bytes, 1024U);
  EXPECT_EQ(status->threads, 1U);
  EXPECT_EQ(status->pending, 0x4001U);
  EXPECT_EQ(status->blocked, 2U);
  EXPECT_EQ(status->ignored, 0x1000U);
  EXPECT_EQ(status->caught, 0xfffffffe7ffbfeffU);
}

TEST(ParseStatus, GivesAZombieNoMemory) {
  const auto status = parse_status("Name:\tz\nState:\tZ (zombie)\nUid:\t7\t7\t7\t7\nThreads:\t1\n");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->resident_bytes, 0U);
  EXPECT_EQ(status->user, 7U);
}

TEST(ParseStatus, DoesNotWrapAround) {
  const auto status =
      parse_status("State:\tS\nUid:\t0\t0\nVmRSS:\t18446744073709551615 kB\nVmSize:\t-5 kB\n");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->resident_bytes, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(status->virtual_bytes, 0U);
}

TEST(ParseStatus, IsEmptyWithoutStateOrUser) {
  EXPECT_FALSE(parse_status(""));
  EXPECT_FALSE(parse_status("State:\tS (sleeping)\n"));
  EXPECT_FALSE(parse_status("Uid:\t0\t0\t0\t0\nState:\n"));
}

TEST(ParseSmapsRollup, GivesBytes) {
  const auto rollup = parse_smaps_rollup(kRollup);
  ASSERT_TRUE(rollup);
  EXPECT_EQ(rollup->resident, 1760U * 1024);
  EXPECT_EQ(rollup->anonymous, 112U * 1024);
  EXPECT_EQ(rollup->proportional_shmem, 8U * 1024);
  EXPECT_FALSE(parse_smaps_rollup(""));
}

TEST(ParseLimit, GivesTheSoftLimit) {
  EXPECT_EQ(parse_limit(kLimits, "Max open files"), 1024U);
  EXPECT_EQ(parse_limit(kLimits, "Max realtime priority"), 0U);
  EXPECT_EQ(parse_limit(kLimits, "Max cpu time"), std::nullopt);
  EXPECT_EQ(parse_limit(kLimits, "Max open"), std::nullopt);
  EXPECT_EQ(parse_limit(kLimits, "Max fun"), std::nullopt);
  EXPECT_EQ(parse_limit("Max open files", "Max open files"), std::nullopt);
}

TEST(ParseThreadActivity, AddsBothKindsOfSwitches) {
  EXPECT_EQ(parse_thread_activity(kStatus), (ThreadActivity{9593, 'R', 157, 150}));
  EXPECT_FALSE(parse_thread_activity("State:\tS\n"));
  EXPECT_FALSE(parse_thread_activity("Pid:\t-4\nState:\tS\n"));
}

/// Every start of a text, and the text with each byte replaced: what a parser may meet when a line
/// is cut or a kernel writes something new.
template <typename Parse>
void survive_damage(std::string_view text, Parse&& parse) {
  for (std::size_t length = 0; length <= text.size(); ++length) parse(text.substr(0, length));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char c : {'\0', '\n', ' ', ')', '-', '9', '\xff'}) {
      std::string damaged(text);
      damaged[at] = c;
      parse(damaged);
    }
  }
}

TEST(EveryParser, SurvivesDamage) {
  int parsed = 0;
  survive_damage(kStat, [&](std::string_view text) { parsed += parse_stat(text).has_value(); });
  survive_damage(kStatus, [&](std::string_view text) {
    parsed += parse_status(text).has_value();
    parse_thread_activity(text);
  });
  survive_damage(kRollup,
                 [&](std::string_view text) { parsed += parse_smaps_rollup(text).has_value(); });
  survive_damage(kLimits, [&](std::string_view text) { parse_limit(text, "Max open files"); });
  EXPECT_GT(parsed, 1000);
}

TEST(OwnProcess, ReadsLikeAnyOther) {
  const auto stat = read_stat(getpid());
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->pid, getpid());
  EXPECT_EQ(stat->parent, getppid());
  EXPECT_FALSE(stat->is_dead());
  EXPECT_FALSE(stat->is_exiting);

  const auto status = read_status(getpid());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->user, geteuid());
  EXPECT_GT(status->resident_bytes, status->resident_anon_bytes);
  EXPECT_EQ(read_thread_activity(getpid())->size(), status->threads);
  EXPECT_THAT(*read_limits(getpid()), HasSubstr("Max open files"));
}

TEST(OwnProcess, IsDescribedByItsArguments) {
  EXPECT_THAT(describe_process(getpid()), HasSubstr("proc_test"));
}

TEST(NoProcess, IsEmptyEverywhere) {
  constexpr pid_t kNobody = 1 << 30;  // above the greatest pid_max
  EXPECT_FALSE(read_stat(kNobody));
  EXPECT_FALSE(read_status(kNobody));
  EXPECT_FALSE(read_maps(kNobody));
  EXPECT_FALSE(read_limits(kNobody));
  EXPECT_FALSE(read_thread_activity(kNobody));
  EXPECT_EQ(describe_process(kNobody), "process 1073741824");
}

}  // namespace
}  // namespace watertight::proc
