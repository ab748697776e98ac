// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stress/driver.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace watertight::stress {

/// Drivers that take turns: in every round each makes the same number of operations.
class Rounds {
 public:
  explicit Rounds(std::vector<std::unique_ptr<Driver>> drivers);

  /// Operations after which every variant of every driver had the same number of turns.
  std::uint64_t cycle() const { return drivers_.size() * share_; }

  /// Makes `operations`, rounded up to whole cycles. With a pace they are made in slices of about 5
  /// ms, each due at its time since the start of the round, so that the rate is even and does not
  /// drift; what comes late is caught up within the round. Ends early once `interrupted` gives
  /// non-zero.
  Tally next(std::uint64_t operations, std::optional<double> operations_per_second,
             const std::function<int()>& interrupted);

 private:
  /// False where a driver ended early.
  bool perform(std::uint64_t cycles, const std::function<int()>& interrupted, Tally& tally);

  std::vector<std::unique_ptr<Driver>> drivers_;
  std::uint64_t share_ = 1;  ///< Operations of one driver in a cycle.
};

}  // namespace watertight::stress
