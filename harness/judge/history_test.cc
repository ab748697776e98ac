// SPDX-License-Identifier: Apache-2.0
#include "judge/history.h"

#include <gtest/gtest.h>

namespace watertight::judge {
namespace {

TEST(ThinnedHistory, SpreadsAtMost64SamplesEvenly) {
  ThinnedHistory history;
  for (int i = 0; i < 100000; ++i) {
    history.add({static_cast<double>(i), 2.0 * i});
    const FloorList& samples = history.samples();
    ASSERT_EQ(samples[0].operations, 0);
    if (samples.size() < 2) continue;
    const double stride = samples[1].operations;
    for (std::size_t k = 1; k < samples.size(); ++k) {
      ASSERT_EQ(samples[k].operations, stride * static_cast<double>(k)) << "after " << i;
    }
    ASSERT_GT(samples[samples.size() - 1].operations + stride, i);
  }
  EXPECT_GE(history.samples().size(), 32u);
}

TEST(RoundTally, SaysExactlyWhatEachOperationTook) {
  RoundTally tally;
  const double rounds[] = {64, 60, 64, 1, 64, 64, 13, 64, 64};  // Some end early.
  double operations = 0;
  tally.add({0, 6}, true);
  for (const double round : rounds) {
    operations += round;
    tally.add({operations, 6 + 2 * operations}, false);
  }
  EXPECT_EQ(tally.exact_step(), 2);
  EXPECT_EQ(tally.rounds(), 9u);
  EXPECT_EQ(tally.rounds_grown(), 9u);
}

TEST(RoundTally, ForgetsTheWarmUpAndNothingElse) {
  RoundTally tally;
  double value = 6;
  for (int i = 0; i < 30; ++i) {
    if (i == 3) value += 17;  // Opens its log on the way.
    tally.add({64.0 * i, value += 64}, i < 16);
  }
  EXPECT_EQ(tally.exact_step(), 1);
  EXPECT_EQ(tally.rounds(), 26u);
  tally.add({64.0 * 30, value + 65}, false);
  EXPECT_EQ(tally.exact_step(), 0);
  EXPECT_EQ(tally.rounds_grown(), 27u);
}

TEST(RoundTally, SaysNothingOfWhatStandsOrOfAFewRounds) {
  RoundTally standing, few;
  for (int i = 0; i < 30; ++i) standing.add({64.0 * i, 6}, false);
  for (int i = 0; i < 8; ++i) few.add({64.0 * i, 64.0 * i}, false);
  EXPECT_EQ(standing.exact_step(), 0);
  EXPECT_EQ(standing.rounds(), 29u);
  EXPECT_EQ(few.exact_step(), 0);
  EXPECT_EQ(few.rounds_grown(), 7u);
}

TEST(StepSizes, FindTheQuantumOfHugePages) {
  StepSizes small(4096), huge(4096), few(4096), mixed(4096);
  constexpr double kHuge = 2 * 1024 * 1024;
  for (int i = 0; i < 200; ++i) {
    small.add(4096.0 * (i + i / 3));
    huge.add(kHuge * i);
    if (i < 60) few.add(kHuge * i);
    mixed.add(kHuge * i + (i < 2 ? 0 : 8192));  // One small step among many.
  }
  EXPECT_EQ(small.quantum(), 4096);
  EXPECT_EQ(huge.quantum(), kHuge);
  EXPECT_EQ(few.quantum(), 4096);
  EXPECT_EQ(mixed.quantum(), kHuge);
}

TEST(StepSizes, AreCappedAtTwoMebibytes) {
  StepSizes steps(4096);
  for (int i = 0; i < 100; ++i) steps.add(64.0 * 1024 * 1024 * i);
  EXPECT_EQ(steps.quantum(), 2 * 1024 * 1024);
}

}  // namespace
}  // namespace watertight::judge
