// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rehearsals/check.h"

#include <optional>
#include <string>

namespace watertight::rehearsals {

/// Whether instances of a scenario can live side by side, each on a site of its own.
struct Neighbours {
  /// What they would quarrel about: an address, a file that both write, shared memory; empty where
  /// there is nothing.
  std::string quarrel;
  Duration ready_after{};  ///< What a start takes; 0 where it was not tried.
};

/// Compares what the scenario names for two sites, then starts an instance on each of them and
/// compares what they listen at, write and share. Throws HarnessError.
Neighbours try_neighbours(const Scenario& scenario, const Interrupted& interrupted);

}  // namespace watertight::rehearsals
