// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rehearsals/stop.h"

#include <string>
#include <vector>

namespace watertight::rehearsals {

/// How long several stops took.
class Latencies {
 public:
  void add(const Stop& stop);
  std::size_t count() const { return times_.size(); }

  Duration percentile(double percent) const;  ///< Nearest rank.
  Duration longest() const { return percentile(100); }
  Duration most_cpu() const { return most_cpu_; }

  /// "P50 2.1 ms, P95 3.0 ms, at most 3.1 ms in 10 stops, 0.4 ms CPU"
  std::string describe() const;

  /// Which stop profiles would have sent SIGKILL before the longest of them was over, as a line of
  /// evidence.
  std::string describe_profiles() const;

 private:
  std::vector<Duration> times_;
  Duration most_cpu_{};
};

}  // namespace watertight::rehearsals
