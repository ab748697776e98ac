// SPDX-License-Identifier: Apache-2.0
#include "run/growth_run.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace watertight::run {
namespace {

using namespace std::chrono_literals;

constexpr auto kCalibrationTime = 200ms;
constexpr std::uint64_t kCalibrationOperations = 16;
/// Of one round: what calibration uses up, the octaves of the judge do not get.
constexpr std::uint64_t kMostForCalibration = 512;
constexpr double kUnknown = std::numeric_limits<double>::infinity();
/// Share of what the daemon can do at which it is paced, so that state that follows the rate stays
/// put.
constexpr double kPace = 0.8;

}  // namespace

void GrowthRun::calibrate() {
  wait_until_quiet();
  find_why_no_heap();
  why_no_rss_ = why_no_rss(daemon_.main().pid());
  look(probe::Sampler::Depth::kWide);
  inventory_before_ = blame::take_inventory(sampler_);

  calibration_.cycle = workload_.cycle();
  std::uint64_t operations =
      (kCalibrationOperations + calibration_.cycle - 1) / calibration_.cycle * calibration_.cycle;
  calibration_.sample_seconds = calibration_.overhead_seconds = kUnknown;
  const posix::Deadline deadline(kCalibrationTime);
  do {
    const double worked_before = stress_seconds_;
    const std::uint64_t attempted_before = tally_.attempted;
    const auto begin = Clock::now();
    round(operations, scenario_.operations_per_second, kCalibrationTime);
    const double whole = seconds(Clock::now() - begin);
    const double worked = stress_seconds_ - worked_before;
    const auto done = static_cast<double>(tally_.attempted - attempted_before);
    calibration_.operations_per_second =
        std::max(calibration_.operations_per_second, done / std::max(worked, 1e-6));
    calibration_.overhead_seconds = std::min(calibration_.overhead_seconds, whole - worked);
    operations *= 2;
    show_progress("calibrating");
  } while (!deadline.has_passed() && operations <= kMostForCalibration && !watch_.interrupted() &&
           daemon_.is_alive());
}

void GrowthRun::prepare_judges() {
  if (is_idle_)
    calibration_.operations_per_second = 1000;  // An operation is a millisecond.
  else
    pace_ = scenario_.operations_per_second.value_or(kPace * calibration_.operations_per_second);
  if (pace_)
    calibration_.operations_per_second = std::min(*pace_, calibration_.operations_per_second);
  if (instruments_.warp) warp_factor_ = instruments_.warp->fastest();
  Budget budget = scenario_.budget;
  if (budget.operations)
    budget.operations = static_cast<std::uint64_t>(
        std::ceil(static_cast<double>(*budget.operations) / own_operations()));
  cadence_ = choose_cadence(calibration_, budget);
  const double expected =
      static_cast<double>(cadence_.round) / std::max(calibration_.operations_per_second, 1e-3);
  round_limit_ = std::max<Clock::duration>(
      1s, std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(4 * expected)));
  for (const Resource resource : selection_.growth) {
    if (!is_measured(resource)) continue;
    const auto& traits = probe::traits(resource);
    judge::Options options;
    options.quantum = traits.quantum;
    options.is_exact = traits.is_exact;
    options.budget = cadence_.budget;
    options.first_octave = 16 * cadence_.round;
    options.resources = static_cast<unsigned>(selection_.growth.size());
    const bool is_memory = traits.unit == "byte";
    options.default_tolerance = is_memory ? 1.0 : 1e-3;
    if (is_memory && options.is_exact) options.big_growth = judge::kBigHeap;
    options.alpha = scenario_.alpha;
    options.is_strict = scenario_.is_strict;
    options.is_rigorous = scenario_.is_rigorous;
    options.extra_octaves = scenario_.extends ? kExtension : 0;
    for (const Pool& pool : scenario_.pools)
      if (pool.resource == traits.id) options.pool = pool.size;
    for (const Tolerance& tolerance : scenario_.tolerate)
      if (tolerance.resource == traits.id)
        options.stated_tolerance = tolerance.per_operation * own_operations();
    judged_.push_back({resource, judge::GrowthJudge(options)});
  }
  for (const probe::Sample& sample : samples_) observe(sample);
  next_wide_ = next_wide_look(tally_.attempted, cadence_.round);
}

}  // namespace watertight::run
