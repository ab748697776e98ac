// SPDX-License-Identifier: Apache-2.0
#include "run/restarts.h"

namespace watertight::run {
namespace {

/// Growth worth a witness: in items, and as a share of where memory began.
constexpr double kItems = 16;
constexpr double kShareOfMemory = 0.2;
/// Of the growth, what may be left after a fall back to the start.
constexpr double kLeft = 0.1;
/// A pause of so many usual ones is a gap.
constexpr double kGap = 10;
/// More are not told apart: what restarts all the time has no series.
constexpr std::size_t kMostStretches = 64;

}  // namespace

RestartDetector::RestartDetector(std::vector<bool> is_memory)
    : is_memory_(std::move(is_memory)), levels_(is_memory_.size()) {}

bool RestartDetector::restarts_at(const SeriesRow& row) const {
  bool memory_fell = false, counter_fell = false, counter_fell_first = false;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    const Level& level = levels_[i];
    if (!level.first || !level.last || !row.values[i]) continue;
    const double growth = *level.last - *level.first;
    const double worth = is_memory_[i] ? kShareOfMemory * *level.first : kItems;
    if (growth <= 0 || growth < worth || *row.values[i] > *level.first + kLeft * growth) continue;
    (is_memory_[i] ? memory_fell : counter_fell) = true;
    counter_fell_first = counter_fell_first || (!is_memory_[i] && !level.has_fallen);
  }
  const bool has_gap =
      last_seconds_ && steps_ > 0 && row.seconds - *last_seconds_ > kGap * seconds_ / steps_;
  return counter_fell_first || (memory_fell && counter_fell) ||
         (has_gap && (memory_fell || counter_fell));
}

void RestartDetector::add(const SeriesRow& row) {
  const bool begins =
      stretches_.empty() || (stretches_.size() < kMostStretches && restarts_at(row));
  if (begins) {
    stretches_.push_back({row.operations, row.operations, 0});
    levels_.assign(levels_.size(), {});
  } else if (last_seconds_) {
    seconds_ += row.seconds - *last_seconds_;
    ++steps_;
  }
  last_seconds_ = row.seconds;
  stretches_.back().last_operations = row.operations;
  ++stretches_.back().samples;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    if (!row.values[i]) continue;
    Level& level = levels_[i];
    level.has_fallen = level.has_fallen || (level.last && *row.values[i] < *level.last);
    if (!level.first) level.first = row.values[i];
    level.last = row.values[i];
  }
}

}  // namespace watertight::run
