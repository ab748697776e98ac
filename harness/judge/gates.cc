// SPDX-License-Identifier: Apache-2.0
#include "judge/gates.h"

#include <algorithm>
#include <cmath>

namespace watertight::judge {
namespace {

constexpr double kMaterialQuanta = 4;
constexpr double kMaterialRises = 2;
constexpr double kSteady = 0.75;            // Of the rate before.
constexpr double kMeasurablySlower = 0.97;  // Where the errors are small enough to tell.
constexpr double kTwoSided95 = 1.96;
constexpr double kTwoSided99 = 2.576;
constexpr double kOneSided95 = 1.645;
constexpr double kOneSided84 = 1;
constexpr double kErrorOfSteps = 0.6;  // Found by simulation.
constexpr double kRootSlows = 0.8;     // A root grows 0.71 as fast in the next octave, rounded up.
constexpr double kRootSlowsOverTwo = kRootSlows * kRootSlows;
constexpr double kNearlySteady = 0.85;
constexpr double kFadesFast = 0.6;
constexpr double kConstantPart = 0.5;

bool decelerates(const OctaveSummary& octave, const OctaveSummary& previous, double quantum) {
  const double rate = octave.rate.rate;
  const double drop = previous.rate.rate - rate;
  const double noise = kTwoSided95 * std::hypot(octave.rate.error, previous.rate.error) +
                       2 * quantum / static_cast<double>(octave.end - octave.begin);
  return rate < kSteady * previous.rate.rate ||
         (rate < kMeasurablySlower * previous.rate.rate && drop > noise);
}

/// One standard error of an octave's rate. Sen's interval believes in noise that comes and goes; of
/// what never falls, the steps between floors tell how far the rate may be off.
double standard_error(const OctaveSummary& octave) {
  const double of_noise = octave.rate.noise / kTwoSided99;
  return octave.never_falls ? std::max(kErrorOfSteps * octave.rate.block_error, of_noise)
                            : of_noise;
}

/// The rate is above `share` of an earlier one by so many standard errors: noise can hide that a
/// growth slows down, so it must be seen not to.
bool is_above(const OctaveSummary& octave, const OctaveSummary& earlier, double share,
              double errors) {
  return octave.rate.rate - share * earlier.rate.rate >
         errors * std::hypot(standard_error(octave), share * standard_error(earlier));
}

bool refutes_root(const OctaveSummary& octave, const OctaveSummary& previous,
                  const std::optional<OctaveSummary>& before) {
  return is_above(octave, previous, kRootSlows, kOneSided95) &&
         (!before || is_above(octave, *before, kRootSlowsOverTwo, kOneSided84));
}

}  // namespace

bool is_material(const OctaveSummary& octave, double quantum) {
  return octave.last.value - octave.first.value >=
         std::max(kMaterialQuanta * quantum, kMaterialRises * octave.mean_rise);
}

bool is_linear(std::span<const Floor> floors) {
  const std::size_t half = floors.size() / 2;
  const double earlier = sen_line(floors.first(half), 0).slope;
  const double later = sen_line(floors.subspan(half), 0).slope;
  return later >= kSteady * earlier;
}

bool never_falls(std::span<const Floor> floors) {
  return std::is_sorted(floors.begin(), floors.end(),
                        [](const Floor& a, const Floor& b) { return a.value < b.value; });
}

std::optional<double> lasting_rate(const OctaveSummary& octave,
                                   const std::optional<OctaveSummary>& previous,
                                   const std::optional<OctaveSummary>& before, double quantum) {
  if (!previous) return std::nullopt;
  if (!refutes_root(octave, *previous, before)) return std::nullopt;
  if (!decelerates(octave, *previous, quantum)) return octave.rate.low;

  const double rate = octave.rate.rate;
  if (rate < kNearlySteady * previous->rate.rate || !before) return std::nullopt;
  const double earlier_drop = before->rate.rate - previous->rate.rate;
  if (earlier_drop <= 0) return std::nullopt;
  const double drop = previous->rate.rate - rate;
  const double ratio = drop / earlier_drop;
  if (ratio > kFadesFast) return std::nullopt;
  const double remaining = rate - drop * ratio / (1 - ratio);
  if (remaining < kConstantPart * rate) return std::nullopt;
  return std::min(octave.rate.low, remaining);
}

bool was_hidden(const OctaveSummary& octave, const std::optional<OctaveSummary>& previous) {
  return previous && previous->rate.rate < kSteady * octave.rate.rate;
}

bool is_big(const OctaveSummary& octave, const std::optional<OctaveSummary>& previous, double big) {
  return previous && previous->is_significant && previous->is_linear &&
         octave.last.value - previous->first.value >= big;
}

double end_to_end_rate(const OctaveSummary& octave, const std::optional<OctaveSummary>& previous,
                       const std::optional<OctaveSummary>& before) {
  const auto since = [&](const Floor& start) {
    return (octave.last.value - start.value) / (octave.last.operations - start.operations);
  };
  if (!before) return since(previous ? previous->first : octave.first);
  return std::min(since(before->first), since(before->last));
}

}  // namespace watertight::judge
