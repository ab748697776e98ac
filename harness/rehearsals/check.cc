// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/check.h"

#include "rehearsals/lock/table.h"
#include "rehearsals/shutdown/checks.h"

#include <vector>

namespace watertight::rehearsals {

std::span<const Check> all_checks() {
  static const std::vector<Check> table = [] {
    std::vector<Check> all;
    for (const auto group : {shutdown_checks(), lock_checks()})
      all.insert(all.end(), group.begin(), group.end());
    return all;
  }();
  return table;
}

}  // namespace watertight::rehearsals
