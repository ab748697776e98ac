// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"

#include <watertight/report.h>

namespace watertight::cli {

/// Checks the daemon of the command line, with live progress on a terminal; a signal that ends the
/// harness ends the run, and its report tells.
Report check_with_progress(const ParsedCommandLine& line);

/// `watertight check`: checks the daemon, once for each run of a matrix, writes the reports, gives
/// the exit code. Throws ScenarioError where a report could not be written, before anything is
/// started.
int run_checks(const std::vector<ParsedCommandLine>& lines);

}  // namespace watertight::cli
