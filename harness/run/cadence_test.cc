// SPDX-License-Identifier: Apache-2.0
#include "run/cadence.h"

#include <gtest/gtest.h>

#include <bit>

namespace watertight::run {
namespace {

using namespace std::chrono_literals;

Calibration of_pace(double operations_per_second) {
  return {.operations_per_second = operations_per_second,
          .sample_seconds = 50e-6,
          .overhead_seconds = 1e-3,
          .cycle = 1};
}

TEST(Cadence, CutsTheBudgetIntoOctavesOfWholeRounds) {
  for (const double pace : {3.0, 50.0, 1'000.0, 12'345.0, 100'000.0}) {
    const Cadence cadence = choose_cadence(of_pace(pace), {});
    ASSERT_EQ(cadence.budget % cadence.round, 0u) << pace;
    const std::uint64_t rounds = cadence.budget / cadence.round;
    EXPECT_TRUE(std::has_single_bit(rounds)) << pace;
    EXPECT_GE(rounds, 128u) << pace;
  }
}

TEST(Cadence, KeepsSamplingUnderATwentiethOfTheTime) {
  Calibration slow_samples = of_pace(10'000);
  slow_samples.sample_seconds = 5e-3;
  const Cadence cadence = choose_cadence(slow_samples, {});
  EXPECT_GE(static_cast<double>(cadence.round) / 10'000, 20 * 5e-3);
}

TEST(Cadence, StaysWithinTheBudgetOfTheUser) {
  Budget budget;
  budget.operations = 10'000;
  const Cadence cadence = choose_cadence(of_pace(20'000), budget);
  EXPECT_LE(cadence.budget, 10'000u);
  EXPECT_GT(cadence.budget, 8'000u);
}

TEST(Budget, GivesMoreThanTheUsualOperationsMoreTime) {
  Budget budget;
  EXPECT_FALSE(budget.is_long());
  EXPECT_EQ(budget.whole_time(), 60s);
  budget.operations = Budget::kUsualOperations;
  EXPECT_FALSE(budget.is_long());
  budget.operations = 4 * Budget::kUsualOperations;
  EXPECT_TRUE(budget.is_long());
  EXPECT_EQ(budget.whole_time(), 240s);
  budget.time = 5s;
  EXPECT_EQ(budget.whole_time(), 5s);
}

TEST(Cadence, FitsAFastDaemonIntoTheDefaultAndASlowOneIntoTheTime) {
  EXPECT_NEAR(static_cast<double>(choose_cadence(of_pace(50'000), {}).budget),
              Budget::kUsualOperations, Budget::kUsualOperations * 0.05);
  EXPECT_LE(choose_cadence(of_pace(50), {}).budget, 50u * 60u);
}

TEST(Cadence, MakesRoundsOfWholeCycles) {
  Calibration variants = of_pace(10'000);
  variants.cycle = 12;
  EXPECT_EQ(choose_cadence(variants, {}).round % 12, 0u);
}

TEST(NextWideLook, ComesEveryRoundAtFirstAndThenSixteenTimesAnOctave) {
  constexpr std::uint64_t kRound = 10, kFirstOctave = 160;
  for (std::uint64_t begin = kFirstOctave; begin < 100 * kFirstOctave; begin *= 2) {
    unsigned looks = 0;
    std::uint64_t at = begin;
    while ((at = next_wide_look(at, kRound)) <= 2 * begin) ++looks;
    EXPECT_EQ(looks, 16u) << begin;
  }
  EXPECT_EQ(next_wide_look(0, kRound), kRound);
  EXPECT_EQ(next_wide_look(13, kRound), 2 * kRound);
}

}  // namespace
}  // namespace watertight::run
