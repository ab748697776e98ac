// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/scenario.h>

namespace watertight::scenario {

/// Rejects a stress whose fields do not fit its kind. Private to the room. Throws ScenarioError.
void validate_stress(const Stress& stress);

}  // namespace watertight::scenario
