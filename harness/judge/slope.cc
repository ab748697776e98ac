// SPDX-License-Identifier: Apache-2.0
#include "judge/slope.h"

#include "judge/kendall.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace watertight::judge {
namespace {

constexpr std::size_t kMostPairs = FloorList::kCapacity * (FloorList::kCapacity - 1) / 2;
constexpr double kNegligibleCorrelation = 0.1;
constexpr double kHighestCorrelation = 0.9;
constexpr double kRuleOfThree = 3;
constexpr double kRounding = 1e-20;  // Of squares: residuals this small are rounding, not noise.

}  // namespace

SenLine sen_line(std::span<const Floor> floors, double z) {
  std::array<double, kMostPairs> slopes;
  std::size_t pairs = 0;
  for (std::size_t j = 1; j < std::min(floors.size(), FloorList::kCapacity); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      slopes[pairs++] =
          (floors[j].value - floors[i].value) / (floors[j].operations - floors[i].operations);
    }
  }
  if (pairs == 0) return {};
  std::sort(slopes.begin(), slopes.begin() + static_cast<std::ptrdiff_t>(pairs));

  const double spread = z * std::sqrt(kendall_score(floors).variance);
  const double rank = std::floor((static_cast<double>(pairs) - spread) / 2);
  const std::size_t below = rank > 1 ? static_cast<std::size_t>(rank) - 1 : 0;
  const std::size_t lower_middle = (pairs - 1) / 2, upper_middle = pairs / 2;
  return {.slope = (slopes[lower_middle] + slopes[upper_middle]) / 2,
          .low = slopes[std::min(below, lower_middle)],
          .high = slopes[std::max(pairs - 1 - below, upper_middle)]};
}

double neighbour_correlation(std::span<const Floor> floors, double slope) {
  if (floors.size() < 3) return 0;
  std::array<double, FloorList::kCapacity> residuals;
  const std::size_t n = std::min(floors.size(), residuals.size());
  double mean_residual = 0, mean_value = 0;
  for (std::size_t i = 0; i < n; ++i) {
    // From the first floor on, so that large values and operations cost no digits.
    const double rise = floors[i].value - floors[0].value;
    residuals[i] = rise - slope * (floors[i].operations - floors[0].operations);
    mean_residual += residuals[i] / static_cast<double>(n);
    mean_value += rise / static_cast<double>(n);
  }
  double squares = 0, products = 0, scale = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double residual = residuals[i] - mean_residual;
    const double deviation = floors[i].value - floors[0].value - mean_value;
    squares += residual * residual;
    scale += deviation * deviation;
    if (i + 1 < n) products += residual * (residuals[i + 1] - mean_residual);
  }
  return squares > kRounding * scale ? products / squares : 0;
}

double long_run_error(std::span<const Floor> floors) {
  if (floors.size() < 3) return 0;
  const std::size_t k = std::min(floors.size(), FloorList::kCapacity) - 1;
  const double operations = floors[k].operations - floors[0].operations;
  const double rate = (floors[k].value - floors[0].value) / operations;
  std::array<double, FloorList::kCapacity> residuals;
  for (std::size_t i = 0; i < k; ++i) {
    residuals[i] = (floors[i + 1].value - floors[i].value) -
                   rate * (floors[i + 1].operations - floors[i].operations);
  }
  const auto autocovariance = [&](std::size_t lag) {
    double sum = 0;
    for (std::size_t i = 0; i + lag < k; ++i) sum += residuals[i] * residuals[i + lag];
    return sum / static_cast<double>(k);
  };
  const double steps = static_cast<double>(k);
  const auto lags = static_cast<std::size_t>(std::floor(std::cbrt(steps)));
  double variance = autocovariance(0);
  for (std::size_t lag = 1; lag <= lags; ++lag) {
    const double weight = 1 - static_cast<double>(lag) / static_cast<double>(lags + 1);
    variance += 2 * weight * autocovariance(lag);
  }
  return std::sqrt(std::max(0.0, steps * variance)) / operations;
}

RateEstimate estimate_rate(std::span<const Floor> blocks, std::span<const Floor> sub_blocks,
                           double quantum, double width, const IntervalQuantiles& quantiles) {
  const SenLine line = sen_line(blocks, quantiles.normal);
  RateEstimate result{.rate = line.slope,
                      .error = long_run_error(sub_blocks),
                      .block_error = long_run_error(blocks),
                      .correlation = neighbour_correlation(blocks, line.slope)};
  const double step = quantum / width;
  result.low = std::min(line.low, line.slope - quantiles.student * result.error) - step;
  result.high = std::max(line.high, line.slope + quantiles.student * result.error) + step;

  double inflation = 1;
  if (result.correlation > kNegligibleCorrelation) {
    const double rho = std::min(result.correlation, kHighestCorrelation);
    inflation = std::sqrt((1 + rho) / (1 - rho));
  }
  result.noise = (line.high - line.slope) * inflation;
  result.upper_bound = std::max(0.0, line.slope + result.noise) + kRuleOfThree * step;
  return result;
}

}  // namespace watertight::judge
