// SPDX-License-Identifier: Apache-2.0
#include "judge/rivals.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "judge/simulator.h"

namespace watertight::judge {
namespace {

using Samples = std::span<const Floor>;
using Call = std::optional<double>;

constexpr double kFirstLook = 4096;
constexpr double kCritical = 2.982;  // Normal quantile of 1 % / 7 looks, one-sided.
constexpr double kMemoryThreshold = 2 * 1024 * 1024, kCountThreshold = 100;

/// Evenly thinned to `most` samples.
std::vector<Floor> thinned(Samples samples, std::size_t most) {
  const std::size_t stride = (samples.size() + most - 1) / most;
  std::vector<Floor> result;
  for (std::size_t i = 0; i < samples.size(); i += stride) result.push_back(samples[i]);
  return result;
}

/// Calls a leak at the first look whose statistic is above the critical value.
template <typename Statistic>
Call look_again_and_again(Samples samples, Statistic statistic) {
  double next = kFirstLook;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].operations < next) continue;
    if (statistic(samples.first(i + 1)) > kCritical) return samples[i].operations;
    next *= 2;
  }
  return std::nullopt;
}

Call threshold(Samples samples, bool is_count) {
  for (const Floor& sample : samples)
    if (sample.value - samples[0].value > (is_count ? kCountThreshold : kMemoryThreshold))
      return sample.operations;
  return std::nullopt;
}

double least_squares_t(Samples samples) {
  const double n = static_cast<double>(samples.size());
  double x_mean = 0, y_mean = 0, xx = 0, xy = 0, yy = 0;
  for (const Floor& s : samples) {
    x_mean += s.operations / n;
    y_mean += s.value / n;
  }
  for (const Floor& s : samples) {
    const double x = s.operations - x_mean, y = s.value - y_mean;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const double slope = xy / xx;
  const double residual = std::max(0.0, yy - slope * xy) / (n - 2);
  if (slope <= 0) return 0;
  return residual > 0 ? slope / std::sqrt(residual / xx) : INFINITY;
}

struct MannKendall {
  double score = 0, variance = 0;
};

MannKendall mann_kendall(Samples samples) {
  MannKendall result;
  const double n = static_cast<double>(samples.size());
  for (std::size_t j = 1; j < samples.size(); ++j)
    for (std::size_t i = 0; i < j; ++i)
      result.score += (samples[j].value > samples[i].value) - (samples[j].value < samples[i].value);
  std::vector<double> values;
  for (const Floor& sample : samples) values.push_back(sample.value);
  std::ranges::sort(values);
  result.variance = n * (n - 1) * (2 * n + 5) / 18;
  for (auto group = values.begin(); group != values.end();) {
    const auto next = std::upper_bound(group, values.end(), *group);
    const double t = static_cast<double>(next - group);
    result.variance -= t * (t - 1) * (2 * t + 5) / 18;
    group = next;
  }
  return result;
}

double standardized(const MannKendall& test) {
  return test.variance > 0 ? (test.score - 1) / std::sqrt(test.variance) : 0;
}

double theil_sen_slope(Samples samples) {
  std::vector<double> slopes;
  for (std::size_t j = 1; j < samples.size(); ++j)
    for (std::size_t i = 0; i < j; ++i)
      if (samples[j].operations != samples[i].operations)
        slopes.push_back((samples[j].value - samples[i].value) /
                         (samples[j].operations - samples[i].operations));
  const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
  std::nth_element(slopes.begin(), middle, slopes.end());
  return *middle;
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> result(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i + 1;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t k = i; k < end; ++k) result[order[k]] = static_cast<double>(i + end + 1) / 2;
    i = end;
  }
  return result;
}

/// By how much the correlation of ranks widens the variance of Kendall's score: K. H. Hamed, A. R.
/// Rao, J. Hydrology 204 (1998), with the lags that are significant at 95 %.
double hamed_rao_factor(Samples samples) {
  const double slope = theil_sen_slope(samples);
  std::vector<double> detrended;
  for (const Floor& s : samples) detrended.push_back(s.value - slope * s.operations);
  std::vector<double> rank = ranks(detrended);
  const double n = static_cast<double>(rank.size());
  double squares = 0;
  for (double& r : rank) {
    r -= (n + 1) / 2;
    squares += r * r;
  }
  if (squares == 0) return 1;
  double sum = 0;
  for (std::size_t lag = 1; lag + 2 < rank.size(); ++lag) {
    double products = 0;
    for (std::size_t i = 0; i + lag < rank.size(); ++i) products += rank[i] * rank[i + lag];
    const double correlation = products / squares, l = static_cast<double>(lag);
    if (std::abs(correlation) > 1.96 / std::sqrt(n))
      sum += (n - l) * (n - l - 1) * (n - l - 2) * correlation;
  }
  return std::max(1.0, 1 + 2 * sum / (n * (n - 1) * (n - 2)));
}

double theil_sen_over_bootstrap_error(Samples samples) {
  const std::vector<Floor> points = thinned(samples, 40);
  const double slope = theil_sen_slope(points);
  if (slope <= 0) return 0;
  constexpr int kResamples = 100;
  Random random(points.size());
  double squares = 0;
  std::vector<Floor> drawn(points.size());
  for (int i = 0; i < kResamples; ++i) {
    for (Floor& point : drawn) point = points[random.below(points.size())];
    const double deviation = theil_sen_slope(drawn) - slope;
    squares += deviation * deviation / kResamples;
  }
  return squares > 0 ? slope / std::sqrt(squares) : INFINITY;
}

/// As memwatch for Node.js does after garbage collections: here, every 1 024 operations.
Call five_rises(Samples samples, bool /*is_count*/) {
  int rises = 0;
  const Floor* last = nullptr;
  for (const Floor& sample : samples) {
    if (last && sample.operations < last->operations + 1024) continue;
    rises = last && sample.value > last->value ? rises + 1 : 0;
    if (rises == 5) return sample.operations;
    last = &sample;
  }
  return std::nullopt;
}

constexpr std::size_t kMostRanked = 200;

const Rival kRivals[] = {
    {"threshold", "2 MiB or 100 items more than at the start", threshold},
    {"least squares", "t of the slope",
     [](Samples s, bool) { return look_again_and_again(s, least_squares_t); }},
    {"Mann-Kendall", "200 samples, evenly thinned",
     [](Samples s, bool) {
       return look_again_and_again(
           s, [](Samples part) { return standardized(mann_kendall(thinned(part, kMostRanked))); });
     }},
    {"MK Hamed-Rao", "the same, variance corrected for autocorrelation",
     [](Samples s, bool) {
       return look_again_and_again(s, [](Samples part) {
         const std::vector<Floor> points = thinned(part, kMostRanked);
         return standardized(mann_kendall(points)) / std::sqrt(hamed_rao_factor(points));
       });
     }},
    {"Theil-Sen boot", "40 samples, slope over its error in 100 resamples",
     [](Samples s, bool) { return look_again_and_again(s, theil_sen_over_bootstrap_error); }},
    {"five rises", "in a row, looking every 1 024 operations", five_rises},
};

}  // namespace

std::span<const Rival> rivals() { return kRivals; }

}  // namespace watertight::judge
