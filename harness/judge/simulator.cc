// SPDX-License-Identifier: Apache-2.0
#include "judge/simulator.h"

#include <algorithm>
#include <numbers>

namespace watertight::judge {
namespace {

constexpr double kPage = 4096;

double none(double /*operations*/, Random& /*random*/) { return 0; }

}  // namespace

std::uint64_t Random::bits() {
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// G. E. P. Box, M. E. Muller, Annals of Mathematical Statistics 29 (1958).
double Random::normal() {
  return std::sqrt(2 * exponential()) * std::cos(2 * std::numbers::pi * uniform());
}

// R. W. Bailey, Mathematics of Computation 62 (1994).
double Random::student(double degrees) {
  const double radius = std::sqrt(degrees * (std::pow(uniform(), -2 / degrees) - 1));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

SimulatedSeries::SimulatedSeries(const Kind* noise, const Kind* trend, const Leak& leak,
                                 bool is_count, std::uint64_t seed)
    : random_(seed), leak_(leak), quantum_(is_count ? 1 : kPage) {
  base_ = is_count ? 40 : 1e9;  // High enough for noise that swings below it.
  noise_ = noise ? noise->start(random_) : Process(none);
  trend_ = trend ? trend->start(random_) : Process(none);
  is_high_water_ = (noise && noise->is_high_water) || (trend && trend->is_high_water);
}

Observation SimulatedSeries::next() {
  const double n = static_cast<double>(operations_);
  const double value = base_ + trend_(n, random_) + noise_(n, random_) + leaked_;
  peak_ = std::max(peak_, value);
  const double shown = std::max(0.0, is_high_water_ ? peak_ : value);
  const Observation observation{operations_, n / kOperationsPerSecond,
                                std::floor(shown / quantum_) * quantum_};
  operations_ += kRound;
  if (leak_.share >= 1) {
    leaked_ = leak_.per_operation * static_cast<double>(operations_);
  } else if (leak_.per_operation > 0) {
    for (std::uint64_t i = 0; i < kRound; ++i)
      leaked_ += random_.chance(leak_.share) ? leak_.per_operation / leak_.share : 0;
  }
  return observation;
}

}  // namespace watertight::judge
