// SPDX-License-Identifier: Apache-2.0
#include "judge/ladder.h"

#include <algorithm>
#include <cmath>

#include "judge/kendall.h"
#include "judge/records.h"

namespace watertight::judge {
namespace {

// Shares of the budget N from which on an octave ...
constexpr std::uint64_t kVotes = 32;
constexpr std::uint64_t kMayFail = 4;  // (sooner for big growth)
constexpr std::uint64_t kExactVotesFrom = 1024;

// Growth that needs no long proof. The same rate to the digit over two octaves would prove no more:
// an on-demand pool fills exactly linearly too, and only how much it took tells it from a leak.
constexpr double kBigCount = 256;
constexpr double kBigMemory = 32.0 * 1024 * 1024;

// Shares of a limit: where it counts as reached, and how much of it this run must have gained (a
// daemon that stands near its limit leaks nothing).
constexpr double kLimitReached = 0.9;
constexpr double kLimitGained = 0.1;
constexpr unsigned kNoisySamplesAtLimit = 4;

// Of the centers' growth, which the floors must not rule out: centers rise also where a collector
// swings ever wider, and what leaks is never collected.
constexpr double kFloorsFollow = 0.5;

constexpr std::uint64_t kMostOperations = std::uint64_t{1} << 53;  // Exact as a double.

std::uint64_t first_vote(const Options& options) {
  const std::uint64_t noisy = options.budget / kVotes;
  return options.is_exact ? std::min(kExactVotesFrom, noisy) : noisy;
}

/// The octaves before this many operations may vote, if they began late enough.
std::uint64_t last_vote(const Options& options) {
  return 2 * (options.budget << options.extra_octaves);
}

bool is_vote(const Options& options, std::uint64_t octave_end) {
  return octave_end >= first_vote(options) && octave_end < last_vote(options);
}

Floor floor_at(const Observation& observation) {
  return {static_cast<double>(observation.operations), observation.value};
}

}  // namespace

double alpha_per_test(const Options& options) {
  double votes = 0;
  for (std::uint64_t end = 2 * options.first_octave; end < last_vote(options); end *= 2) {
    votes += is_vote(options, end);
  }
  const double views = options.is_exact ? 1 : 2, tests = options.is_rigorous ? 1 : 2;
  return options.alpha / (options.resources * std::max(votes, 1.0) * tests * views);
}

Ladder::Ladder(const Options& options, const Thresholds& thresholds)
    : options_(options),
      thresholds_(thresholds),
      octave_(options.first_octave),
      steps_(options.quantum) {
  all_views_[1].is_of_floors = false;
}

bool Ladder::observe(const Observation& observation) {
  if (!std::isfinite(observation.value) || !std::isfinite(observation.seconds)) return false;
  if (observation.operations > kMostOperations) return false;
  if (last_ && observation.operations < last_->operations) return false;
  const bool is_idle = last_ && observation.operations == last_->operations;
  if (!first_) first_ = observation;
  last_ = observation;
  if (is_idle) {
    idle_.add(observation.seconds, observation.value);
    return true;
  }
  idle_.end();
  if (!has_failed_) observe_growth(observation);
  return true;
}

void Ladder::observe_growth(const Observation& observation) {
  if (is_exhausted(observation)) return fail_exhausted(observation);
  if (samples_at_limit_ == 0) history_.add(floor_at(observation));
  tally_.add(floor_at(observation), observation.operations <= options_.first_octave);
  if (!options_.is_exact) steps_.add(observation.value);

  while (observation.operations >= octave_.end()) close_octave();
  if (!octave_.contains(observation.operations)) return;  // Before the first octave.
  if (octave_.opens_block(observation.operations)) look_at_open_octave();
  octave_.add(observation);
}

bool Ladder::is_exhausted(const Observation& observation) {
  const std::optional<double> fill = observation.fill;
  if (!fill) return false;
  if (!first_fill_) first_fill_ = fill;
  if (*fill < kLimitReached || *fill - *first_fill_ < kLimitGained ||
      observation.value <= first_->value) {
    samples_at_limit_ = 0;
    return false;
  }
  return ++samples_at_limit_ >= (options_.is_exact ? 1 : kNoisySamplesAtLimit);
}

void Ladder::fail_exhausted(const Observation& observation) {
  GrowthVerdict result = in_general();
  const double growth = observation.value - first_->value;
  const double mean_rate =
      growth / static_cast<double>(observation.operations - first_->operations);
  // The history is that of the way there; too short or too steep for a slope, the ends must do.
  if (history_.samples().size() < 2 || result.rate <= 0) {
    result.rate = result.rate_low = mean_rate;
    result.rate_high = growth;  // All of it may have come with one operation.
  }
  result.verdict = Verdict::kFail;
  result.reason = Reason::kExhausted;
  standing_ = result;
  has_failed_ = true;
}

void Ladder::look_at_open_octave() {
  if (!is_vote(options_, octave_.end())) return;
  for (View& view : views()) {
    const FloorList blocks = blocks_of(view);
    view.has_records = view.has_records || (record_wealth(blocks) >= thresholds_.record_evidence &&
                                            record_evidence(blocks) >= thresholds_.record_evidence);
    if (view.has_records) view.octave = summarize(view, last_->operations, true);
  }
  for (const View& view : views()) {
    if (view.has_records && suspect_or_fail(view)) is_suspect_ = true;
    if (has_failed_) return;
  }
}

void Ladder::close_octave() {
  const bool is_complete = !has_failed_ && octave_.is_complete();
  const bool votes = is_vote(options_, octave_.end());
  for (View& view : views()) {
    view.octave.reset();
    if (is_complete) view.octave = summarize(view, octave_.end(), votes && is_significant(view));
  }
  if (is_complete && votes) conclude();
  for (View& view : views()) {
    view.before = view.previous;
    view.previous = view.octave;
    view.has_records = false;
  }
  octave_ = OctaveFloors(octave_.end());
}

FloorList Ladder::blocks_of(const View& view) const {
  return view.is_of_floors ? octave_.blocks() : octave_.centers();
}

bool Ladder::is_significant(const View& view) const {
  const FloorList blocks = blocks_of(view);
  if (view.has_records || record_evidence(blocks) >= thresholds_.record_evidence) return true;
  if (options_.is_rigorous) return false;
  const double z = segmented_kendall_z(blocks);
  if (z < thresholds_.kendall_z) return false;
  const double slope = sen_line(blocks, 0).slope;
  return corrected_for_correlation(z, neighbour_correlation(blocks, slope)) >=
         thresholds_.kendall_z;
}

OctaveSummary Ladder::summarize(const View& view, std::uint64_t end, bool is_significant) const {
  const FloorList blocks = blocks_of(view);
  return {
      .begin = octave_.begin(),
      .end = end,
      .first = blocks[0],
      .last = blocks[blocks.size() - 1],
      .mean_rise = octave_.mean_rise(),
      .rate = estimate_rate(blocks, view.is_of_floors ? octave_.sub_blocks() : blocks, quantum(),
                            static_cast<double>(end - octave_.begin()), thresholds_.interval),
      .is_significant = is_significant,
      .is_linear = is_linear(blocks),
      .never_falls = never_falls(blocks)};
}

std::optional<double> Ladder::passes_gates(const View& view) const {
  const OctaveSummary& octave = *view.octave;
  if (!octave.is_significant || !octave.is_linear || !is_material(octave, quantum())) {
    return std::nullopt;
  }
  if (!view.is_of_floors) {
    const FloorList floors = octave_.blocks();
    const RateEstimate follows =
        estimate_rate(floors, floors, quantum(), static_cast<double>(octave.end - octave.begin),
                      thresholds_.interval);
    if (follows.high < kFloorsFollow * octave.rate.rate) return std::nullopt;
  }
  if (!options_.is_exact && was_hidden(octave, view.previous)) return std::nullopt;
  return lasting_rate(octave, view.previous, view.before, quantum());
}

bool Ladder::suspect_or_fail(const View& view) {
  const std::optional<double> lasting = passes_gates(view);
  if (!lasting) return false;
  GrowthVerdict result = describe(view);
  result.rate_low = std::min(result.rate_low, *lasting);
  const double surely = result.exact_step > 0 ? result.exact_step : result.rate_low;
  if (options_.stated_tolerance && surely <= *options_.stated_tolerance) return false;
  if (last_->value - first_->value <= options_.pool) return false;

  const double big = options_.big_growth.value_or(options_.is_exact ? kBigCount : kBigMemory);
  const bool is_late = view.octave->end >= options_.budget / kMayFail;
  if (is_late || is_big(*view.octave, view.previous, big)) {
    result.verdict = Verdict::kFail;
    result.reason = is_late ? Reason::kPersistent : Reason::kBig;
    standing_ = result;
    has_failed_ = true;
  }
  return true;
}

double Ladder::quantum() const { return options_.is_exact ? options_.quantum : steps_.quantum(); }

bool Ladder::is_decided() const {
  return has_failed_ || (standing_ && standing_->verdict == Verdict::kPass && !is_suspect_);
}

}  // namespace watertight::judge
