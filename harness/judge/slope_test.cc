// SPDX-License-Identifier: Apache-2.0
#include "judge/slope.h"

#include "judge/kendall.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace watertight::judge {
namespace {

constexpr double kZ = 2.5758;

/// Unequal distances, a trend and noise; few distinct values where `levels` is small.
std::vector<Floor> random_floors(std::uint64_t seed, std::size_t count, std::uint64_t levels) {
  std::mt19937_64 random(seed);
  std::vector<Floor> floors;
  double operations = 0;
  for (std::size_t i = 0; i < count; ++i) {
    operations += 1 + static_cast<double>(random() % 100);
    floors.push_back({operations, static_cast<double>(random() % levels + 2 * i)});
  }
  return floors;
}

std::vector<double> pair_slopes(const std::vector<Floor>& floors) {
  std::vector<double> slopes;
  for (const Floor& a : floors) {
    for (const Floor& b : floors) {
      if (a.operations < b.operations) {
        slopes.push_back((b.value - a.value) / (b.operations - a.operations));
      }
    }
  }
  std::sort(slopes.begin(), slopes.end());
  return slopes;
}

double median(std::vector<double> sorted) {
  const std::size_t n = sorted.size();
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double score_of_residuals(std::vector<Floor> floors, double slope) {
  for (Floor& floor : floors) floor.value -= slope * floor.operations;
  return kendall_score(floors).score;
}

TEST(SenLine, SlopeIsTheMedianOfAllPairs) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::vector<Floor> floors = random_floors(seed, 2 + seed % 15, 5 + 10 * (seed % 7));
    EXPECT_DOUBLE_EQ(sen_line(floors, kZ).slope, median(pair_slopes(floors)));
  }
}

TEST(SenLine, IntervalHoldsTheSlopesThatKendallDoesNotReject) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::vector<Floor> floors = random_floors(seed, 16, 1000);
    const SenLine line = sen_line(floors, kZ);
    const double critical = kZ * std::sqrt(kendall_score(floors).variance);
    const double hair = 1e-9;
    EXPECT_LE(std::abs(score_of_residuals(floors, line.low + hair)), critical + 2);
    EXPECT_LE(std::abs(score_of_residuals(floors, line.high - hair)), critical + 2);
    EXPECT_GE(score_of_residuals(floors, line.low - hair), critical);
    EXPECT_LE(score_of_residuals(floors, line.high + hair), -critical);
  }
}

TEST(SenLine, IsExactOnALineWithUnequalRounds) {
  std::vector<Floor> floors = random_floors(5, 16, 10);
  for (Floor& floor : floors) floor.value = 1e12 + 48 * floor.operations;
  const SenLine line = sen_line(floors, kZ);
  EXPECT_EQ(line.slope, 48);
  EXPECT_EQ(line.low, 48);
  EXPECT_EQ(line.high, 48);
  EXPECT_EQ(neighbour_correlation(floors, line.slope), 0);
  EXPECT_EQ(long_run_error(floors), 0);
}

TEST(NeighbourCorrelation, TellsSlowWavesFromAlternation) {
  std::vector<Floor> waves, alternation;
  for (int i = 0; i < 16; ++i) {
    waves.push_back({static_cast<double>(i), std::sin(i / 2.0)});
    alternation.push_back({static_cast<double>(i), i % 2 == 0 ? 1.0 : -1.0});
  }
  EXPECT_GT(neighbour_correlation(waves, 0), 0.7);
  EXPECT_LT(neighbour_correlation(alternation, 0), -0.8);
}

TEST(LongRunError, IsTheBinomialErrorOfARareLeak) {
  // One operation of a hundred leaks 1: over W operations the error is sqrt(0.0099 / W).
  std::mt19937_64 random(17);
  double mean = 0;
  constexpr int kRepetitions = 200;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    std::vector<Floor> floors;
    double leaked = 0;
    for (int i = 0; i < 64; ++i) {
      floors.push_back({1000.0 * i, leaked});
      for (int operation = 0; operation < 1000; ++operation) leaked += random() % 100 == 0;
    }
    mean += long_run_error(floors) / kRepetitions;
  }
  EXPECT_NEAR(mean / std::sqrt(0.0099 / 63000), 1, 0.15);
}

TEST(EstimateRate, ScalesWithItsUnit) {
  const std::vector<Floor> floors = random_floors(9, 16, 100);
  const RateEstimate one = estimate_rate(floors, floors, 1, 1000, {});
  std::vector<Floor> scaled = floors;
  for (Floor& floor : scaled) floor.value *= 1024;  // A power of two: no rounding.
  const RateEstimate kibi = estimate_rate(scaled, scaled, 1024, 1000, {});
  EXPECT_DOUBLE_EQ(kibi.rate, 1024 * one.rate);
  EXPECT_DOUBLE_EQ(kibi.low, 1024 * one.low);
  EXPECT_DOUBLE_EQ(kibi.high, 1024 * one.high);
  EXPECT_DOUBLE_EQ(kibi.upper_bound, 1024 * one.upper_bound);
  EXPECT_DOUBLE_EQ(kibi.correlation, one.correlation);
}

TEST(EstimateRate, RulesOutThreeQuantaWhereNothingGrew) {
  std::vector<Floor> flat;
  for (int i = 0; i < 16; ++i) flat.push_back({64.0 * i, 7});
  const RateEstimate estimate = estimate_rate(flat, flat, 1, 1024, {});
  EXPECT_EQ(estimate.rate, 0);
  EXPECT_DOUBLE_EQ(estimate.upper_bound, 3.0 / 1024);
}

TEST(EstimateRate, NeverRulesOutLessThanThatWhereFloorsFall) {
  std::vector<Floor> falling;
  for (int i = 0; i < 16; ++i) falling.push_back({64.0 * i, -5.0 * i});
  EXPECT_DOUBLE_EQ(estimate_rate(falling, falling, 1, 1024, {}).upper_bound, 3.0 / 1024);
}

}  // namespace
}  // namespace watertight::judge
