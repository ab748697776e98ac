// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <ostream>

namespace watertight::report {

/// Writes the report as OpenMetrics text, which Prometheus' text format of 2014 can be read from as
/// well: verdicts, rates with their intervals, detection limits, and the last amount of every
/// resource, each labelled with the daemon's name. For a textfile collector, or GitLab's metrics
/// reports. Source: OpenMetrics 1.0.
void write_openmetrics(const Report& report, std::ostream& out);

}  // namespace watertight::report
