// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <ostream>

namespace watertight::report {

/// Writes the report as TAP 14, a test point a check. Only `pass` is a plain `ok`:
///   fails the run, or leaves it unsettled         `not ok`, with the evidence as YAML
///   a warning, not settled beside a failure       `not ok # TODO`, which fails nothing
///   not applicable                                `ok # SKIP`
/// Where the daemon or the harness did not hold up, or the run was ended, the last point is `run`.
/// Source: TAP 14, "Test Anything Protocol specification".
void write_tap(const Report& report, std::ostream& out);

}  // namespace watertight::report
