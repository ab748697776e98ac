// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/scenario.h>

#include <string_view>
#include <vector>

namespace watertight::scenario {

/// What a tolerance may name: the ids of the growth checks without `growth.`.
struct GrowthResource {
  std::string_view id;
  bool is_in_bytes = false;  ///< Else counted in items.
};
const std::vector<GrowthResource>& growth_resources();

/// By id, with or without `growth.` before it. Throws ScenarioError with a suggestion.
const GrowthResource& growth_resource(std::string_view id);
const GrowthResource& growth_resource(std::string_view id,
                                      const std::vector<GrowthResource>& known);

/// As in parse.h, of resources that a recorded series has.
Tolerance parse_tolerance_of(std::string_view text, const std::vector<GrowthResource>& known);
Pool parse_pool_of(std::string_view text, const std::vector<GrowthResource>& known);

}  // namespace watertight::scenario
