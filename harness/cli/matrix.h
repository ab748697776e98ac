// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What many runs of one scenario file come to.

#include "cli/options.h"

#include <span>
#include <vector>

namespace watertight::cli {

/// Gives runs of a matrix that would have the same name, or write the same report file, one of
/// their own: `report.json` becomes `report.workers=4.json`. Throws ScenarioError where that cannot
/// be.
void tell_apart(std::vector<ParsedCommandLine>& runs);

/// The first of 2, 128+n, 1, 3, 124, 4 that a run ended with; 77 where all did, else 0.
int exit_code_of(std::span<const int> exit_codes);

/// "pass" for 0, "fail" for 1, …
std::string_view word_for(int exit_code);

}  // namespace watertight::cli
