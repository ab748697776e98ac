// SPDX-License-Identifier: Apache-2.0
#include "run/cadence.h"

#include <algorithm>
#include <cmath>

namespace watertight::run {
namespace {

constexpr double kShortestRound = 0.002;
constexpr double kRoundPerSample = 20;
constexpr double kRoundPerOverhead = 2;
/// Of the time; the rest is for disturbances, so that the budget of operations is reached within
/// the time.
constexpr double kPlanned = 0.75;
constexpr std::uint64_t kBlocks = 16;
constexpr double kMostCycles = 1e12;

std::uint64_t whole_cycles(double operations, std::uint64_t cycle) {
  // Infinite, or no number, where the daemon died before anything could be measured.
  const double wanted = std::fmax(operations / static_cast<double>(cycle), 1);
  const auto cycles = static_cast<std::uint64_t>(std::fmin(wanted, kMostCycles));
  return cycles * cycle;
}

}  // namespace

Cadence choose_cadence(const Calibration& calibration, const Budget& budget) {
  const double pace = std::max(calibration.operations_per_second, 1e-3);
  const double shortest = std::max({kShortestRound, kRoundPerSample * calibration.sample_seconds,
                                    kRoundPerOverhead * calibration.overhead_seconds});
  const auto smallest =
      static_cast<double>(whole_cycles(std::ceil(pace * shortest), calibration.cycle));
  const double round_seconds = smallest / pace + calibration.overhead_seconds;
  const double fits = kPlanned * std::chrono::duration<double>(budget.whole_time()).count() /
                      round_seconds * smallest;
  const double operations = budget.operations
                                ? static_cast<double>(*budget.operations)
                                : std::min(fits, static_cast<double>(Budget::kUsualOperations));
  // At least 2^3 x 16 = 128 rounds, with shorter ones where the budget is small.
  const double octaves = std::max(3.0, std::floor(std::log2(operations / (kBlocks * smallest))));
  const double rounds = kBlocks * std::exp2(octaves);
  Cadence cadence;
  cadence.round = whole_cycles(operations / rounds, calibration.cycle);
  cadence.budget = cadence.round * static_cast<std::uint64_t>(rounds);
  return cadence;
}

std::uint64_t next_wide_look(std::uint64_t operations, std::uint64_t round) {
  const std::uint64_t first_octave = kBlocks * round;
  std::uint64_t block = round;
  while (first_octave * (block / round) * 2 <= operations) block *= 2;
  return operations - operations % block + block;
}

}  // namespace watertight::run
