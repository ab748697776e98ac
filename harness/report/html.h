// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <ostream>

namespace watertight::report {

/// Writes the report as one HTML page that needs nothing else: no network, no other file. Verdict
/// first, then each finding with its plot, who is to blame and the evidence, what is not settled,
/// what passed, and how to run it again.
///
/// Without scripts everything can be read, plots are drawn small and their values are in tables.
/// A series of many samples is thinned for the page, which says so; the JSON report has all.
/// Whatever text comes from the daemon is text on the page and nothing else.
void write_html(const Report& report, std::ostream& out);

}  // namespace watertight::report
