// SPDX-License-Identifier: Apache-2.0
#include "blame/growing_sites.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::blame {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Finding at(const std::string& function, int line = 1) {
  Finding finding;
  finding.stack = {{.function = function, .file = "a.c", .line = line}};
  return finding;
}

TEST(GrowingSites, KeepsWhatGrewInEveryRound) {
  GrowingSites sites;
  for (int round = 0; round < 3; ++round) {
    sites.next_round();
    sites.add(at("leak"), 64, 1);
    sites.add(at("worse"), 1000, 1);
    sites.add(at("still"), 0, 0);
    if (round == 0) sites.add(at("start_up"), 5000, 1);
    if (round != 1) sites.add(at("now_and_then"), 5000, 1);
  }
  const auto steady = sites.steady();
  ASSERT_THAT(steady, SizeIs(2));
  EXPECT_EQ(steady[0].finding.stack[0].function, "worse");
  EXPECT_EQ(steady[1].finding.stack[0].function, "leak");
  EXPECT_EQ(steady[1].bytes, 192u);
  EXPECT_EQ(steady[1].blocks, 3u);
}

TEST(GrowingSites, AddsUpTheProcessesOfOneRound) {
  GrowingSites sites;
  sites.next_round();
  sites.add(at("leak"), 64, 1);
  sites.add(at("leak"), 64, 1);
  sites.add(at("leak", 2), 64, 1);
  ASSERT_THAT(sites.steady(), SizeIs(2));
  EXPECT_EQ(sites.steady()[0].blocks, 2u);
  EXPECT_EQ(sites.steady()[0].rounds, 1u);
}

TEST(GrowingSites, TellsNamelessSitesApartByAddress) {
  GrowingSites sites;
  sites.next_round();
  for (const std::uint64_t address : {1, 2}) {
    Finding finding;
    finding.stack.emplace_back();
    finding.addresses = {address};
    sites.add(finding, 1, 1);
  }
  EXPECT_THAT(sites.steady(), SizeIs(2));
}

TEST(GrowingSites, BlamesNobodyWithoutARound) { EXPECT_THAT(GrowingSites().steady(), IsEmpty()); }

TEST(DescribeBlocks, TellsTheirSizeAndTheirState) {
  GrowingSites::Site site{at("leak"), 192, 3};
  site.finding.kind = Finding::Kind::kLeak;
  EXPECT_EQ(describe_blocks(site), "blocks of 64 bytes, lost");
  site.finding.kind = Finding::Kind::kReachable;
  site.bytes = 200;
  EXPECT_EQ(describe_blocks(site), "blocks of about 66 bytes, still reachable");
}

}  // namespace
}  // namespace watertight::blame
