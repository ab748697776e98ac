// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/terminal.h"

#include <ostream>
#include <string>
#include <vector>

namespace watertight::cli {

/// Writes what the checks are that the globs name: what they claim, how they find out, and the
/// cure. No globs: the list of all. Throws ScenarioError, with the nearest id, for a glob that
/// names none.
void write_explanations(const std::vector<std::string>& globs, std::ostream& out,
                        const report::TerminalStyle& style);

/// `watertight explain [CHECK...]`.
int run_explain(const std::vector<std::string>& arguments);

}  // namespace watertight::cli
