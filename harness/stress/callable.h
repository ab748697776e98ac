// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stress/driver.h"

#include <watertight/scenario.h>

#include <cstdint>
#include <functional>

namespace watertight::stress {

/// Calls a function of the user's, one operation a call, on the calling thread. An exception of its
/// is a failed operation.
class Callable final : public Driver {
 public:
  Callable(std::function<bool(const Instance&)> function, Instance instance);

  std::uint64_t cycle() const override { return 1; }
  Tally perform(std::uint64_t operations, const std::function<int()>& interrupted) override;

 private:
  std::function<bool(const Instance&)> function_;
  Instance instance_;
};

}  // namespace watertight::stress
