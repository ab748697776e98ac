// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/check.h"

#include "rehearsals/limits/checks.h"
#include "rehearsals/lock/life_checks.h"
#include "rehearsals/lock/table.h"
#include "rehearsals/reload/checks.h"
#include "rehearsals/responsive.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/signals/checks.h"
#include "rehearsals/signals/state_checks.h"
#include "rehearsals/start/checks.h"

#include <vector>

namespace watertight::rehearsals {

std::span<const Check> all_checks() {
  static const std::vector<Check> table = [] {
    std::vector<Check> all;
    for (const auto group : {shutdown_checks(), shutdown_client_checks(), shutdown_moment_checks(),
                             shutdown_afterwards_checks(), lock_checks(), lock_life_checks(),
                             signals_checks(), signals_state_checks(), start_checks(),
                             limits_checks(), reload_checks(), daemon_checks()})
      all.insert(all.end(), group.begin(), group.end());
    return all;
  }();
  return table;
}

}  // namespace watertight::rehearsals
