// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes samples one by one, keeps a thinned history of the whole run, a tally of its rounds,
/// the sizes of its steps and what it did while idle.

#include <array>
#include <cstdint>
#include <optional>

#include "judge/floors.h"

namespace watertight::judge {

/// At most 64 samples, evenly spread over all that were added: every 2^k-th, with k as small as
/// fits.
class ThinnedHistory {
 public:
  void add(const Floor& sample);
  const FloorList& samples() const { return samples_; }

 private:
  FloorList samples_;
  std::uint64_t added_ = 0;
  std::uint64_t stride_ = 1;
};

/// Whether a resource grew by exactly c per operation in every round: "211 of 211". What differs
/// while the daemon warms up restarts the tally; what differs later ends the exactness.
class RoundTally {
 public:
  /// The round that ended at `sample`.
  void add(const Floor& sample, bool is_warm_up);

  std::uint64_t rounds() const { return rounds_; }
  std::uint64_t rounds_grown() const { return rounds_grown_; }
  /// c, or 0: rounds differ, nothing grew, or too few rounds to say so.
  double exact_step() const;

 private:
  static constexpr std::uint64_t kFewestRounds = 8;
  Floor last_;
  bool has_last_ = false;
  double first_growth_ = 0, first_operations_ = 0;
  bool is_exact_ = true;
  std::uint64_t rounds_ = 0, rounds_grown_ = 0;
};

/// Growth by time alone: samples of a daemon of which nothing is asked.
class IdlePhase {
 public:
  /// `seconds` stand in for operations.
  void add(double seconds, double value) { samples_.add({seconds, value}); }
  /// Work goes on; a phase too short to say anything is forgotten.
  void end();
  /// Sen's slope per second; empty before there was a phase long enough.
  std::optional<double> growth_per_second() const;

 private:
  static constexpr std::size_t kFewestSamples = 8;
  ThinnedHistory samples_;
  std::optional<double> last_phase_;
};

/// The quantum of a series, found from its steps: transparent huge pages make resident memory move
/// by 2 MiB, and growth below that cannot be seen.
class StepSizes {
 public:
  explicit StepSizes(double quantum) : quantum_(quantum) {}

  void add(double value);

  /// The largest quantum * 2^k, up to 512 quanta (2 MiB of pages), that all but a 64th of the steps
  /// are multiples of; the quantum itself before there were 64 steps.
  double quantum() const;

 private:
  static constexpr std::size_t kDoublings = 10;
  static constexpr std::uint64_t kFewest = 64;
  double quantum_;
  std::optional<double> last_;
  std::uint64_t steps_ = 0;
  std::array<std::uint64_t, kDoublings> others_{};  ///< Steps that are no multiple of 2^k quanta.
};

}  // namespace watertight::judge
