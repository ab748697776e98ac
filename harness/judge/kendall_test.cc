// SPDX-License-Identifier: Apache-2.0
#include "judge/kendall.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
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

double score_by_definition(const std::vector<double>& y) {
  double score = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t j = i + 1; j < y.size(); ++j) score += (y[j] > y[i]) - (y[j] < y[i]);
  }
  return score;
}

/// Mean square of the score over all orders: its mean is 0.
double variance_over_all_orders(std::vector<double> y) {
  std::sort(y.begin(), y.end());
  double squares = 0, orders = 0;
  do {  // Equal values give each distinct order equally often: the distinct ones suffice.
    squares += score_by_definition(y) * score_by_definition(y);
    ++orders;
  } while (std::next_permutation(y.begin(), y.end()));
  return squares / orders;
}

TEST(KendallScore, HasTheVarianceOfAllOrdersWithAndWithoutTies) {
  const std::vector<std::vector<double>> cases = {{1, 2},
                                                  {1, 1},
                                                  {3, 1, 2},
                                                  {1, 2, 2},
                                                  {4, 4, 1, 3, 2},
                                                  {1, 1, 2, 2, 2, 3},
                                                  {7, 6, 5, 4, 3, 2, 1},
                                                  {2, 2, 2, 1, 1, 1, 1},
                                                  {1, 2, 3, 4, 5, 6, 7, 7}};
  for (const std::vector<double>& values : cases) {
    const KendallScore kendall = kendall_score(floors_of(values));
    EXPECT_EQ(kendall.score, score_by_definition(values));
    EXPECT_NEAR(kendall.variance, variance_over_all_orders(values), 1e-9);
  }
}

TEST(KendallScore, KnowsTheTextbookValueForSixteen) {
  std::vector<double> rising(16);
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<double>(i);
  const KendallScore kendall = kendall_score(floors_of(rising));
  EXPECT_EQ(kendall.score, 120);
  EXPECT_NEAR(kendall.variance, 16 * 15 * 37 / 18.0, 1e-9);
}

TEST(SegmentedKendall, IsTheSmallestOverAllCutsByDefinition) {
  std::mt19937_64 random(3);
  for (int repetition = 0; repetition < 50; ++repetition) {
    std::vector<double> values(16);
    for (double& value : values) value = static_cast<double>(random() % 6);
    double smallest = INFINITY;
    for (std::size_t cut = 0; cut < values.size(); ++cut) {
      const auto middle = values.begin() + static_cast<std::ptrdiff_t>(cut);
      const std::vector<double> before(values.begin(), middle), after(middle, values.end());
      const double variance =
          kendall_score(floors_of(before)).variance + kendall_score(floors_of(after)).variance;
      const double score = score_by_definition(before) + score_by_definition(after);
      smallest = std::min(smallest, variance > 0 ? (score - 1) / std::sqrt(variance) : 0);
    }
    EXPECT_DOUBLE_EQ(segmented_kendall_z(floors_of(values)), smallest);
  }
}

TEST(SegmentedKendall, ForgivesOneStepAndNotARamp) {
  std::vector<double> step(16, 100), ramp(16);
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (i >= 5) step[i] = 900;
    ramp[i] = static_cast<double>(i);
  }
  EXPECT_LE(segmented_kendall_z(floors_of(step)), 0);
  EXPECT_GT(segmented_kendall_z(floors_of(ramp)), 4.7);
  EXPECT_EQ(segmented_kendall_z(floors_of(std::vector<double>(16, 5))), 0);
}

TEST(CorrectedForCorrelation, ShrinksOnlyWhatCorrelates) {
  EXPECT_EQ(corrected_for_correlation(4, 0.3), 4);
  EXPECT_EQ(corrected_for_correlation(4, -0.8), 4);
  EXPECT_DOUBLE_EQ(corrected_for_correlation(4, 0.6), 2);
}

}  // namespace
}  // namespace watertight::judge
