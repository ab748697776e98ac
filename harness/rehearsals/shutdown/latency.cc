// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/latency.h"

#include "rehearsals/stage.h"
#include "scenario/stop_profiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace watertight::rehearsals {

void Latencies::add(const Stop& stop) {
  times_.insert(std::ranges::upper_bound(times_, stop.until_exit), stop.until_exit);
  most_cpu_ = std::max(most_cpu_, stop.cpu);
}

Duration Latencies::percentile(double percent) const {
  if (times_.empty()) return {};
  const double rank = std::ceil(percent / 100 * static_cast<double>(times_.size()));
  return times_[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

std::string Latencies::describe() const {
  return fmt::format("P50 {}, P95 {}, at most {} in {} stops, {} CPU", text_of(percentile(50)),
                     text_of(percentile(95)), text_of(longest()), count(), text_of(most_cpu_));
}

std::string Latencies::describe_profiles() const {
  const auto missed = scenario::profiles_missed_by(longest());
  if (missed.empty())
    return fmt::format("in time for all {} stop profiles", scenario::stop_profiles().size());
  return fmt::format("SIGKILL would come first under: {}", fmt::join(missed, ", "));
}

}  // namespace watertight::rehearsals
