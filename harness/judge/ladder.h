// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes the samples of one resource, gives its verdict: the ladder of octaves, without
/// exceptions, allocation or Boost, so that a daemon can carry it. `GrowthJudge` is its door.
///
/// At the end of each octave (and, by the record test, after each block) the growth of its 16
/// floors must be significant, material, linear, not decelerating against the octaves before, and
/// lasting, to be a leak. Octaves vote from N/32 operations on, exact counters from 1 024 on; the
/// false-alarm budget is shared by resources, votes and tests (union bound, so looking early costs
/// nothing). Octaves that end at 2 N or later do not vote: their share of the budget does not
/// exist.

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "judge/floors.h"
#include "judge/gates.h"
#include "judge/growth.h"
#include "judge/history.h"
#include "judge/slope.h"

namespace watertight::judge {

/// Critical values, computed once per judge.
struct Thresholds {
  double kendall_z = 0;        ///< Normal quantile of alpha_per_test.
  double record_evidence = 0;  ///< 1 / alpha_per_test.
  IntervalQuantiles interval;
};

/// The false-alarm chance of one test of one octave: alpha / (resources * votes * tests). Tests are
/// two, records and Kendall's (rigorous: one), of the floors and, where there is noise, of the
/// centers.
double alpha_per_test(const Options& options);

class Ladder {
 public:
  Ladder(const Options& options, const Thresholds& thresholds);

  /// False, and nothing happens, where operations decrease or a number is not finite.
  [[nodiscard]] bool observe(const Observation& observation);

  bool is_decided() const;
  bool is_suspect() const { return is_suspect_; }
  GrowthVerdict verdict() const;

 private:
  /// One view of the blocks: by their floors, which no garbage collector moves, or by their
  /// centers, which noise of both signs moves least. Growth in either is growth; what one of them
  /// bounds is bounded.
  struct View {
    bool is_of_floors = true;
    std::optional<OctaveSummary> previous, before;  ///< Of the two octaves before the open one.
    std::optional<OctaveSummary> octave;            ///< The one under judgement.
    bool has_records = false;                       ///< The record test fired in the open octave.
  };

  /// Floors alone for exact counters: they have no noise.
  std::span<View> views() { return std::span(all_views_).first(options_.is_exact ? 1 : 2); }
  std::span<const View> views() const {
    return std::span(all_views_).first(options_.is_exact ? 1 : 2);
  }

  void observe_growth(const Observation& observation);
  void look_at_open_octave();
  void close_octave();
  void conclude();

  FloorList blocks_of(const View& view) const;
  bool is_significant(const View& view) const;
  OctaveSummary summarize(const View& view, std::uint64_t end, bool is_significant) const;
  std::optional<double> passes_gates(const View& view) const;
  /// True where growth passes all gates but persistence; fails where it passes that as well.
  bool suspect_or_fail(const View& view);
  GrowthVerdict pass_or_inconclusive();
  GrowthVerdict explain_significant(const View& view);
  GrowthVerdict explain_unbounded(const View& view, double largest);
  /// Growth per operation that the view cannot rule out, steps included.
  double largest_rate(const View& view) const;
  const View& tightest_view() const;
  bool contradicts_pass() const;
  bool is_tolerated(const GrowthVerdict& growth) const;

  bool is_exhausted(const Observation& observation);
  void fail_exhausted(const Observation& observation);

  double quantum() const;
  double tolerance() const;
  double fewest_operations() const;
  GrowthVerdict describe(const View& view) const;
  GrowthVerdict in_general() const;
  void bring_up_to_date(GrowthVerdict& result) const;

  Options options_;
  Thresholds thresholds_;
  OctaveFloors octave_;
  std::array<View, 2> all_views_;
  ThinnedHistory history_;
  RoundTally tally_;
  StepSizes steps_;
  IdlePhase idle_;
  std::optional<Observation> first_, last_;
  std::optional<double> first_fill_;
  unsigned samples_at_limit_ = 0;
  bool is_suspect_ = false;
  bool was_significant_ = false;  ///< In an octave that voted.
  bool has_failed_ = false;
  std::optional<GrowthVerdict> standing_;  ///< Of the last complete octave, or the failure.
  double settles_at_ = 0;  ///< Operations that would settle an inconclusive standing.
};

}  // namespace watertight::judge
