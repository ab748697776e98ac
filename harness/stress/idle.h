// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "stress/driver.h"

#include <cstdint>
#include <functional>
#include <optional>

namespace watertight::stress {

/// Leaves the daemon alone. An operation is one millisecond of the wall clock since the first round
/// began: what the harness does between rounds counts as well, because the daemon's own clock does
/// not stand still either.
class Idle final : public Driver {
 public:
  std::uint64_t cycle() const override { return 1; }
  Tally perform(std::uint64_t operations, const std::function<int()>& interrupted) override;

 private:
  std::optional<posix::Clock::time_point> begun_at_;
  std::uint64_t done_ = 0;
};

}  // namespace watertight::stress
