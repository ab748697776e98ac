// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"

#include <ostream>
#include <vector>

namespace watertight::cli {

/// What these runs would check, as a line of JSON; starts nothing. Test discovery reads it, so that
/// nobody else has to understand scenario files:
///
///     {"groups": ["growth", "shutdown"], "checks": ["growth.fds", …], "only": false, "ports":
///     [8080]}
///
/// `checks` have something to look at, `groups` are the first words of their ids; `only` tells
/// whether the scenario chooses them itself; `ports` are those that its specs name by number, which
/// two runs cannot have at a time. Of several runs, what any of them has. Throws ScenarioError for
/// a glob that matches no check.
void write_list(const std::vector<ParsedCommandLine>& runs, std::ostream& out);

}  // namespace watertight::cli
