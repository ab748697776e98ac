// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes the samples of one resource, gives a verdict. Pure: no I/O, no clock.

#include <watertight/verdict.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace watertight::judge {

/// Growth of live heap that is big (Options::big_growth): it is exact, and yet caches and pools
/// take much of it, linearly, until they are full.
inline constexpr double kBigHeap = 4.0 * 1024 * 1024;

/// What the judge must know of a resource and of the run.
struct Options {
  double quantum = 1;             ///< Smallest step: 1 for counts, 4096 for resident memory.
  bool is_exact = true;           ///< Counts at quiescence; votes from 1 024 operations on.
  std::uint64_t budget = 262144;  ///< N: operations that the run may make.
  double alpha = 0.001;           ///< Chance of any false alarm in the whole run.
  unsigned resources = 12;        ///< R: resources among which alpha is shared.
  /// Per operation; what a pass must rule out, 1 B/op for memory.
  double default_tolerance = 1e-3;
  /// The user's own; excuses a significant leak below it.
  std::optional<double> stated_tolerance{};
  /// A bounded pool that the user declared: growth within it is no leak.
  double pool = 0;
  bool is_strict = false;    ///< Blind spots are inconclusive.
  bool is_rigorous = false;  ///< Only the test whose error bound is a theorem: records.
  /// Octaves beyond the budget that may be needed to settle it; they share alpha.
  unsigned extra_octaves = 0;

  /// Octave j covers the operations [first_octave * 2^j, twice that): 16 rounds' worth, so that a
  /// block of the first octave is a round. What comes before is warm-up. A budget of first_octave *
  /// 2^k ends with an octave; no verdict rests on an unfinished one.
  std::uint64_t first_octave = 1024;
  /// Growth that is called a leak before a quarter of the budget; empty: 256 for exact counters, 32
  /// MiB.
  std::optional<double> big_growth{};
};

struct Observation {
  std::uint64_t operations = 0;
  double seconds = 0;
  double value = 0;
  /// Share of its limit (RLIMIT_NOFILE and the like) that the fullest process has used up. From 90
  /// % on, growth has come to its end and not to a plateau.
  std::optional<double> fill = std::nullopt;
};

/// Why the verdict is what it is.
enum class Reason {
  kNone,
  kBounded,           ///< pass: the rate is below `upper_bound`.
  kPersistent,        ///< fail: significant, linear, not decelerating, lasting.
  kBig,               ///< fail: the same, early, for much growth.
  kExhausted,         ///< fail: the limit was reached.
  kTooFewOperations,  ///< inconclusive
  kDecelerating,      ///< inconclusive: grows ever more slowly (a cache?).
  kDoubling,          ///< inconclusive: grows in steps, one an octave.
  kNotConfirmed,      ///< inconclusive: grew once, not later.
  kNoisy,             ///< inconclusive: noise above the tolerance.
  kTolerated,         ///< pass: significant, but below what the user stated.
  kPool,              ///< inconclusive: all of the growth fits into the declared pool.
  kBlind,             ///< inconclusive, strict: may have grown within freed but resident memory.
};

struct GrowthVerdict {
  Verdict verdict = Verdict::kInconclusive;
  Reason reason = Reason::kTooFewOperations;
  double rate = 0, rate_low = 0, rate_high = 0;  ///< Per operation, 99 % interval.
  double per_second = 0;
  /// Growth a second while operations stood still: what time drives. Empty where they never did, or
  /// too shortly.
  std::optional<double> idle_per_second;
  double upper_bound = 0;  ///< Rate that this run rules out, per operation.
  /// Steady rate that every second run would call a leak; nearly all at twice it.
  double detection_limit = 0;
  /// c where every round after warm-up grew by exactly c per operation, else 0.
  double exact_step = 0;
  std::uint64_t rounds_grown = 0, rounds = 0;
  std::uint64_t operations = 0;  ///< When it was decided.
  double seconds = 0;
  /// More operations that would settle an inconclusive one.
  std::optional<double> operations_to_settle;
  double value = 0;  ///< The last one.
  double grown = 0;  ///< Since the first.
  /// A leak up to this rate could hide in memory that was freed and is still resident: all that
  /// came since the first sample, per operation. 0 for exact counters.
  double blind_rate = 0;
  /// Where a growth that slows down comes to rest, if it goes on to slow down as it did.
  std::optional<double> plateau;
  double quantum = 0;  ///< The step that was judged with, found from the series where larger.
};

/// The verdict, told in operations of which `share` make up one of those that were judged: rates
/// and limits are the smaller, counts of operations the larger. Seconds stay.
GrowthVerdict per_finer_operation(GrowthVerdict verdict, double share);

/// Judges one resource while its samples come in. Memory is constant in the number of samples.
class GrowthJudge {
 public:
  explicit GrowthJudge(const Options& options);
  GrowthJudge(GrowthJudge&&) noexcept;
  GrowthJudge& operator=(GrowthJudge&&) noexcept;
  ~GrowthJudge();

  /// Operations must not decrease (throws std::invalid_argument). Where they stand still the daemon
  /// is idle: that growth is kept apart.
  void observe(const Observation& observation);

  /// Decided before the budget is spent: a fail, which stays, or a pass, from the first octave that
  /// is clean. Growth that shows later takes a pass back: go on observing while other resources
  /// run.
  bool is_decided() const;
  /// Growth that passes all gates but persistence.
  bool is_suspect() const;

  /// The verdict if the run ended here.
  GrowthVerdict verdict() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace watertight::judge
