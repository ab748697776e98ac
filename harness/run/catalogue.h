// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe/resource.h"
#include "rehearsals/check.h"

#include <watertight/scenario.h>

#include <string>
#include <string_view>
#include <vector>

namespace watertight::run {

/// The checks that a scenario asks for: the union of `only` (all, where empty), less `skip`.
struct Selection {
  std::vector<probe::Resource> growth;
  std::vector<const rehearsals::Check*> rehearsals;
  std::vector<std::string> expected;  ///< Ids whose failure is no news: no run ends early for it.

  std::vector<std::string> ids() const;
};

/// Every check id there is.
std::vector<std::string> all_check_ids();

/// What a scenario lacks for a rehearsal to look at anything: "needs --pid-file". Empty where
/// nothing is missing.
std::string missing_need(const Scenario& scenario, const rehearsals::Check& check);

/// Throws ScenarioError for a glob that matches no check: `place` and what is right.
void require_known_check(const std::string& glob, std::string_view place);

/// Throws ScenarioError for a glob, or a `known` id, that matches no check, with the nearest right
/// one.
Selection select_checks(const Scenario& scenario);

}  // namespace watertight::run
