// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/scenario.h>

#include <cstdint>

namespace watertight::run {

/// What calibration found out: the best that was seen of each, because a disturbance only makes
/// worse, and a budget that turns out too large for its time costs less than one that is too small
/// to settle anything.
struct Calibration {
  double operations_per_second = 0;  ///< While stressing; waiting for quiet not counted.
  double sample_seconds = 0;         ///< One cheap sample.
  double overhead_seconds = 0;       ///< Of a round beside its operations: quiet and sample.
  std::uint64_t cycle = 1;           ///< Operations of a whole turn of the variants.
};

/// How the budget is cut into rounds: `budget` = `round` x 16 x 2^p operations, so that every
/// octave of the judge falls into 16 equal blocks of whole rounds.
struct Cadence {
  std::uint64_t round = 1;   ///< K: operations between two samples.
  std::uint64_t budget = 0;  ///< N
};

/// Rounds of at least 2 ms, of 20 times the cost of a sample (so that sampling stays under 5 % of
/// the time) and of twice what else a round costs, and at least 128 of them where the budget
/// allows.
Cadence choose_cadence(const Calibration& calibration, const Budget& budget);

/// Operations at which the next look at the dear resources is due: every round of the first octave,
/// then 16 times an octave.
std::uint64_t next_wide_look(std::uint64_t operations, std::uint64_t round);

}  // namespace watertight::run
