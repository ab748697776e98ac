// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Simulated daemons, for tests and for the comparison of detectors: a trend (none, a cache
/// that fills, …) plus noise (a high-water mark, a garbage collector, …) plus a leak. The same seed
/// gives the same series on every machine.

#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "judge/growth.h"

namespace watertight::judge {

/// SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014) and the distributions that the
/// simulated daemons need: those of the standard library differ from one library to the next.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits();
  double uniform() { return static_cast<double>((bits() >> 11) + 1) * 0x1p-53; }  ///< In (0, 1].
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double log_uniform(double low, double high) { return low * std::pow(high / low, uniform()); }
  double exponential() { return -std::log(uniform()); }  ///< Mean 1.
  double normal();
  double student(double degrees);
  bool chance(double probability) { return uniform() <= probability; }
  std::uint64_t below(std::uint64_t limit) { return bits() % limit; }

 private:
  std::uint64_t state_;
};

/// Bytes in use after so many operations; asked once a round, in order.
using Process = std::function<double(double operations, Random& random)>;

/// A class of processes; each start draws its parameters.
struct Kind {
  std::string_view name;
  Process (*start)(Random& random);
  /// Pages once touched stay resident: the series is the running maximum of what is needed.
  bool is_high_water = false;
};

/// Stationary noise: of the kinds of the prototype; of kinds that came later and were looked at
/// when the gates and their constants were chosen; and held out, written after the rule was
/// finished.
std::span<const Kind> noises();
std::span<const Kind> later_noises();
std::span<const Kind> held_out_noises();

/// Growth that settles within a sixteenth of 262 144 operations: warm-up, pools, steps.
std::span<const Kind> transients();
std::span<const Kind> later_transients();
std::span<const Kind> held_out_transients();

/// Caches that grow ever more slowly and never stop: as a logarithm, as a root.
std::span<const Kind> caches();
/// What settles, but later than a sixteenth: no rule can always be right about these.
std::span<const Kind> slow_kinds();
/// Of exact counters: values are items.
std::span<const Kind> counts();

struct Leak {
  double per_operation = 0;
  double share = 1;  ///< Of the operations: in these, drawn at random, it leaks.
};

/// Samples of a simulated daemon, one a round, whole quanta.
class SimulatedSeries {
 public:
  static constexpr std::uint64_t kRound = 64;
  static constexpr double kOperationsPerSecond = 8000;

  /// `noise` and `trend` may be null. Values are bytes in pages, or items where `is_count`.
  SimulatedSeries(const Kind* noise, const Kind* trend, const Leak& leak, bool is_count,
                  std::uint64_t seed);

  Observation next();

 private:
  Random random_;
  Process noise_, trend_;
  Leak leak_;
  double quantum_;
  bool is_high_water_ = false;
  std::uint64_t operations_ = 0;
  double leaked_ = 0;
  double base_ = 0;
  double peak_ = 0;
};

}  // namespace watertight::judge
