// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes a report, gives the JSON that machines read: `schema/watertight-report.schema.json`,
/// schema version 1. Fields are added, never renamed.

#include <watertight/report.h>

#include <ostream>

namespace watertight::report {

/// Writes one JSON object and a newline. What is not known is absent or null; numbers are finite
/// (NaN and infinities become null); invalid UTF-8 is replaced by U+FFFD.
void write_json(const Report& report, std::ostream& out);

}  // namespace watertight::report
