// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace watertight::cli {

/// `watertight verify-fix --before OLD --after NEW [OPTIONS] [SCENARIO.toml] [-- DAEMON ARG...]`:
/// checks two builds of one daemon in the same way. Gives 0 where what failed before passes after,
/// 1 where it still fails or something else does, 4 where either run does not tell; 3 and 128+n as
/// `check`. Throws ScenarioError where the options are wrong.
int run_verify_fix(const std::vector<std::string>& arguments);

}  // namespace watertight::cli
