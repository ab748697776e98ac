// SPDX-License-Identifier: Apache-2.0
#include "judge/kendall.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace watertight::judge {
namespace {

constexpr double kNegligibleCorrelation = 0.3;

double variance_term(double n) { return n * (n - 1) * (2 * n + 5); }

double standardized(const KendallScore& kendall) {
  return kendall.variance > 0 ? (kendall.score - 1) / std::sqrt(kendall.variance) : 0;
}

}  // namespace

KendallScore kendall_score(std::span<const Floor> floors) {
  KendallScore result;
  std::array<double, FloorList::kCapacity> values{};
  const std::size_t n = std::min(floors.size(), values.size());
  for (std::size_t j = 0; j < n; ++j) {
    values[j] = floors[j].value;
    for (std::size_t i = 0; i < j; ++i) {
      result.score += (values[j] > values[i]) - (values[j] < values[i]);
    }
  }
  result.variance = variance_term(static_cast<double>(n));
  const auto end = values.begin() + static_cast<std::ptrdiff_t>(n);
  std::sort(values.begin(), end);
  for (auto group = values.begin(); group != end;) {
    const auto next = std::upper_bound(group, end, *group);
    result.variance -= variance_term(static_cast<double>(next - group));
    group = next;
  }
  result.variance /= 18;
  return result;
}

double segmented_kendall_z(std::span<const Floor> floors) {
  double z = standardized(kendall_score(floors));
  for (std::size_t cut = 1; cut < floors.size(); ++cut) {
    const KendallScore before = kendall_score(floors.first(cut));
    const KendallScore after = kendall_score(floors.subspan(cut));
    z = std::min(z, standardized({before.score + after.score, before.variance + after.variance}));
  }
  return z;
}

double corrected_for_correlation(double z, double rho) {
  return rho > kNegligibleCorrelation ? z * std::sqrt((1 - rho) / (1 + rho)) : z;
}

}  // namespace watertight::judge
