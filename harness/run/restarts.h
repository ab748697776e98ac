// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes the rows of a recorded series, gives the stretches between restarts of the daemon.

#include "run/series_file.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace watertight::run {

/// The life of one instance of the daemon.
struct Stretch {
  std::uint64_t first_operations = 0, last_operations = 0;
  std::uint64_t samples = 0;
};

/// A series has no pids, so a restart is seen by what it does: what had grown falls back to where
/// it began. A collector or a pool that shrinks does that as well, so one witness is not enough:
/// memory and a counter together, either of them with a gap in time, or a counter that had only
/// ever grown.
class RestartDetector {
 public:
  /// Whether each column is memory (in KiB or bytes) or a counter.
  explicit RestartDetector(std::vector<bool> is_memory);

  void add(const SeriesRow& row);
  const std::vector<Stretch>& stretches() const { return stretches_; }

 private:
  struct Level {
    std::optional<double> first, last;
    bool has_fallen = false;
  };
  bool restarts_at(const SeriesRow& row) const;

  std::vector<bool> is_memory_;
  std::vector<Level> levels_;  ///< Of the open stretch.
  std::optional<double> last_seconds_;
  double seconds_ = 0, steps_ = 0;
  std::vector<Stretch> stretches_;
};

}  // namespace watertight::run
