// SPDX-License-Identifier: Apache-2.0

// What the ladder says of an octave that is no failure, and how it says it.

#include <algorithm>
#include <cmath>

#include "judge/ladder.h"

namespace watertight::judge {
namespace {

constexpr std::uint64_t kMayPass = 8;  // From this share of the budget on.
constexpr double kPassableQuanta = 8;  // Over the whole run: the best that any budget can rule out.
constexpr double kRuleOfThree = 3;
constexpr double kDetectableQuanta = 15;  // Per octave; Kendall's test needs about 10.
constexpr double kDetectableNoise = 8;    // Half-widths of Sen's interval; found by simulation.

/// Where the growth of an octave leads if that of the next is to it as it is to the one before.
std::optional<double> projected_plateau(const OctaveSummary& octave,
                                        const std::optional<OctaveSummary>& previous,
                                        double value) {
  if (!previous || previous->rate.rate <= 0) return std::nullopt;
  const double ratio = 2 * octave.rate.rate / previous->rate.rate;  // An octave is twice as wide.
  if (ratio <= 0 || ratio >= 1) return std::nullopt;
  const double growth = octave.rate.rate * static_cast<double>(octave.end - octave.begin);
  return value + growth * ratio / (1 - ratio);
}

}  // namespace

void Ladder::conclude() {
  is_suspect_ = false;
  for (const View& view : views()) {
    is_suspect_ = suspect_or_fail(view) || is_suspect_;
    was_significant_ = was_significant_ || view.octave->is_significant;
    if (has_failed_) return;
  }
  const bool had_passed = standing_ && standing_->verdict == Verdict::kPass;
  GrowthVerdict result = pass_or_inconclusive();
  if (had_passed && result.verdict == Verdict::kPass) {
    result.operations = standing_->operations;  // When it was decided first.
    result.seconds = standing_->seconds;
  }
  if (had_passed && result.verdict != Verdict::kPass && !contradicts_pass()) return;
  standing_ = result;
}

// Growth takes a pass back; an octave that is only noisier than the one that passed does not.
bool Ladder::contradicts_pass() const {
  const View& view = tightest_view();
  return std::ranges::any_of(views(), [](const View& v) { return v.octave->is_significant; }) ||
         view.octave->rate.rate > tolerance() ||
         end_to_end_rate(*view.octave, view.previous, view.before) > tolerance();
}

double Ladder::largest_rate(const View& view) const {
  return std::max(end_to_end_rate(*view.octave, view.previous, view.before),
                  view.octave->rate.upper_bound);
}

const Ladder::View& Ladder::tightest_view() const {
  return *std::ranges::min_element(views(), {}, [&](const View& v) { return largest_rate(v); });
}

GrowthVerdict Ladder::pass_or_inconclusive() {
  const View& view = tightest_view();
  const double end = static_cast<double>(view.octave->end);
  GrowthVerdict result = describe(view);
  if (view.octave->end < options_.budget / kMayPass) {
    settles_at_ = fewest_operations();
    return result;
  }
  for (const View& other : views()) {
    if (other.octave->is_significant) return explain_significant(other);
  }
  if (const double largest = largest_rate(view); largest > tolerance()) {
    return explain_unbounded(view, largest);
  }
  if (options_.is_strict && result.blind_rate > tolerance()) {
    result.reason = Reason::kBlind;
    settles_at_ = result.blind_rate / tolerance() * end;
    return result;
  }
  result.verdict = Verdict::kPass;
  result.reason = Reason::kBounded;
  result.rate_high = result.upper_bound;
  return result;
}

GrowthVerdict Ladder::explain_significant(const View& view) {
  GrowthVerdict result = describe(view);
  if (options_.stated_tolerance && is_tolerated(result)) {
    result.verdict = Verdict::kPass;
    result.reason = Reason::kTolerated;
    return result;
  }
  settles_at_ = 2 * static_cast<double>(view.octave->end);
  const double grown = last_->value - first_->value;
  const bool is_slight = !is_material(*view.octave, quantum());
  if (is_suspect_ || is_slight || !view.previous) {
    result.reason = Reason::kNotConfirmed;
  } else if (!passes_gates(view)) {
    result.reason = Reason::kDecelerating;
    result.plateau = projected_plateau(*view.octave, view.previous, last_->value);
  } else if (grown <= options_.pool) {
    result.reason = Reason::kPool;
    settles_at_ += (options_.pool - grown) / result.rate;
  } else {  // The stated tolerance lies within the interval.
    result.reason = Reason::kNoisy;
  }
  return result;
}

GrowthVerdict Ladder::explain_unbounded(const View& view, double largest) {
  GrowthVerdict result = describe(view);
  const bool has_steps = end_to_end_rate(*view.octave, view.previous, view.before) > tolerance();
  result.reason = was_significant_                        ? Reason::kNotConfirmed
                  : has_steps && view.octave->never_falls ? Reason::kDoubling
                                                          : Reason::kNoisy;
  settles_at_ = static_cast<double>(view.octave->end) * largest / tolerance();
  return result;
}

bool Ladder::is_tolerated(const GrowthVerdict& growth) const {
  return (growth.exact_step > 0 ? growth.exact_step : growth.rate_high) <=
         *options_.stated_tolerance;
}

double Ladder::tolerance() const {
  return std::max(options_.stated_tolerance.value_or(options_.default_tolerance),
                  kPassableQuanta * options_.quantum / static_cast<double>(options_.budget));
}

// Nothing can pass before: N/8, and 3 quanta over half of the operations within the tolerance.
double Ladder::fewest_operations() const {
  return std::max(static_cast<double>(options_.budget / kMayPass),
                  2 * kRuleOfThree * quantum() / tolerance());
}

GrowthVerdict Ladder::describe(const View& view) const {
  GrowthVerdict result;
  const RateEstimate& rate = view.octave->rate;
  const double step = quantum() / static_cast<double>(view.octave->end - view.octave->begin);
  result.rate = rate.rate;
  result.rate_low = rate.low;
  result.rate_high = rate.high;
  result.per_second = rate.rate * octave_.operations_per_second();
  result.upper_bound = rate.upper_bound;
  result.detection_limit = kDetectableQuanta * step + kDetectableNoise * rate.noise;
  bring_up_to_date(result);
  return result;
}

// Before there is an octave: from the thinned history of the run.
GrowthVerdict Ladder::in_general() const {
  GrowthVerdict result;
  if (!last_) return result;
  bring_up_to_date(result);
  const FloorList& samples = history_.samples();
  if (samples.size() < 2) return result;
  const double operations = samples[samples.size() - 1].operations - samples[0].operations;
  const RateEstimate rate =
      estimate_rate(samples, samples, quantum(), operations, thresholds_.interval);
  result.rate = rate.rate;
  result.rate_low = rate.low;
  result.rate_high = rate.high;
  result.upper_bound = rate.upper_bound;
  result.detection_limit = kDetectableQuanta * quantum() / operations;
  const double seconds = last_->seconds - first_->seconds;
  if (seconds > 0) {
    result.per_second =
        rate.rate * static_cast<double>(last_->operations - first_->operations) / seconds;
  }
  return result;
}

void Ladder::bring_up_to_date(GrowthVerdict& result) const {
  result.exact_step = tally_.exact_step();
  result.rounds_grown = tally_.rounds_grown();
  result.rounds = tally_.rounds();
  result.operations = last_->operations;
  result.seconds = last_->seconds;
  result.value = last_->value;
  result.quantum = quantum();
  result.grown = last_->value - first_->value;
  const double operations = static_cast<double>(last_->operations - first_->operations);
  if (!options_.is_exact && operations > 0) {
    result.blind_rate = std::max(0.0, result.grown / operations);
  }
}

GrowthVerdict Ladder::verdict() const {
  GrowthVerdict result = standing_ ? *standing_ : in_general();
  if (!last_) return result;
  result.idle_per_second = idle_.growth_per_second();
  if (is_decided()) {
    result.value = last_->value;
    result.grown = last_->value - first_->value;
    return result;
  }
  if (result.verdict == Verdict::kPass) {  // Taken back by what came since.
    result.verdict = Verdict::kInconclusive;
    result.reason = Reason::kNotConfirmed;
  }
  bring_up_to_date(result);
  const double wanted = standing_ ? settles_at_ : fewest_operations();
  double end = static_cast<double>(octave_.end());  // Octaves are judged when they end.
  while (end < wanted) end *= 2;
  result.operations_to_settle = end - static_cast<double>(last_->operations);
  return result;
}

}  // namespace watertight::judge
