// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rehearsals/check.h"

#include <string_view>

namespace watertight::run {

/// What `watertight explain` says about a check of growth.
struct GrowthExplanation {
  std::string_view resource;  ///< Check id without `growth.`: `fds`.
  std::string_view letter;    ///< Row of the catalogue of lifecycle checks; memory has none.
  rehearsals::Explanation explanation;
};

/// Every resource has one.
const GrowthExplanation& explain_growth(std::string_view resource);

}  // namespace watertight::run
