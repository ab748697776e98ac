// SPDX-License-Identifier: Apache-2.0
#include "judge/records.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <vector>

namespace watertight::judge {
namespace {

std::vector<Floor> floors_of(const std::vector<double>& values) {
  std::vector<Floor> floors;
  for (const double value : values) {
    floors.push_back({static_cast<double>(floors.size()), value});
  }
  return floors;
}

/// Mean wealth over all orders of the values.
double mean_wealth(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double sum = 0, orders = 0;
  do {
    sum += record_wealth(floors_of(values));
    ++orders;
  } while (std::next_permutation(values.begin(), values.end()));
  return sum / orders;
}

TEST(RecordWealth, IsAFairGameOverAllOrders) {
  EXPECT_NEAR(mean_wealth({1, 2}), 1, 1e-12);
  EXPECT_NEAR(mean_wealth({1, 2, 3, 4, 5}), 1, 1e-12);
  EXPECT_NEAR(mean_wealth({1, 2, 3, 4, 5, 6, 7, 8}), 1, 1e-12);
}

TEST(RecordWealth, IsALosingGameWhereValuesAreEqual) {
  EXPECT_LT(mean_wealth({1, 1, 2, 2, 3, 3}), 1);
  EXPECT_LT(mean_wealth({5, 5, 5, 5}), 1);
}

// Ville's inequality, to the last order: whenever one looks, evidence of 1/a comes with chance a at
// most, also where a shift of level stands anywhere.
TEST(RecordEvidence, ReachesAnyThresholdInNoMoreOrdersThanItMay) {
  constexpr std::size_t kLength = 7;
  for (std::size_t shift = 0; shift < kLength; ++shift) {
    std::vector<double> order = {1, 2, 3, 4, 5, 6, 7};
    std::vector<double> highest;
    do {
      std::vector<Floor> floors = floors_of(order);
      if (shift > 0)
        for (std::size_t i = shift; i < kLength; ++i) floors[i].value += 100;
      double reached = 0;
      for (std::size_t look = 1; look <= kLength; ++look)
        reached = std::max(reached, record_evidence(std::span(floors).first(look)));
      highest.push_back(reached);
    } while (std::next_permutation(order.begin(), order.end()));
    std::sort(highest.rbegin(), highest.rend());
    for (std::size_t i = 0; i < highest.size(); ++i) {
      const double chance = static_cast<double>(i + 1) / static_cast<double>(highest.size());
      ASSERT_LE(highest[i], 1 / chance + 1e-9) << "shift at " << shift;
    }
    EXPECT_GT(highest[0], 2);  // It does bet.
  }
}

TEST(RecordEvidence, IsTheSameInEveryUnit) {
  std::mt19937_64 random(9);
  for (int repetition = 0; repetition < 20; ++repetition) {
    std::vector<double> items(16), bytes, logarithms;
    for (double& item : items) item = static_cast<double>(1 + random() % 50);
    for (const double item : items) {
      bytes.push_back(4096 * item + 1e6);
      logarithms.push_back(std::log(item));
    }
    const double evidence = record_evidence(floors_of(items));
    EXPECT_EQ(record_evidence(floors_of(bytes)), evidence);
    EXPECT_EQ(record_evidence(floors_of(logarithms)), evidence);
  }
}

TEST(RecordEvidence, RisesTo240000InThirteenRisingFloors) {
  std::vector<double> rising;
  for (int i = 0; i < 13; ++i) rising.push_back(i);
  EXPECT_NEAR(record_evidence(floors_of(rising)), 2.4e5, 0.05e5);
}

TEST(RecordEvidence, ForgivesOneStep) {
  std::mt19937_64 random(5);
  for (std::size_t step = 1; step < 16; ++step) {
    std::vector<double> values(16);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<double>(random() % 100) + (i >= step ? 1000 : 0);
    }
    EXPECT_LT(record_evidence(floors_of(values)), 1000) << "step at " << step;
  }
}

}  // namespace
}  // namespace watertight::judge
