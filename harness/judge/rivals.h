// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The detectors that leak tools and papers use, for comparison with the ladder.

#include <optional>
#include <span>
#include <string_view>

#include "judge/floors.h"

namespace watertight::judge {

/// A nominal 1 % false alarms a series, shared by the looks at 4 096, 8 192, … operations.
struct Rival {
  std::string_view name;
  std::string_view rule;
  /// Operations at which it calls a leak, or empty. `samples`: a whole run, `is_count` of items.
  std::optional<double> (*call)(std::span<const Floor> samples, bool is_count);
};

std::span<const Rival> rivals();

}  // namespace watertight::judge
