// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Reports of every kind, for the tests of this room and for looking at (`report_gallery`).

#include "report/sarif.h"

#include <watertight/report.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace watertight::report {

Report leaking_report();  ///< One fd per operation; consequences, a warning, an unsettled check.
Report clean_report();    ///< Everything passed that could be looked at.
Report unstartable_report();  ///< The program is not there.
Report interrupted_report();  ///< Ctrl-C while everything was still measured.
Report hostile_report();  ///< A daemon that writes escape sequences, invalid UTF-8 and long lines.

/// A leak of memory at several call sites, and resources that stay, with that many samples of each
/// (2 or more).
Report long_report(std::size_t samples);

/// The most that a report holds: every resource, with that many samples of each.
Report large_report(std::size_t samples);

/// Of two checks.
std::vector<Rule> sample_rules();

/// The above by name, and the report of a run that never began (`empty`).
std::map<std::string, Report> sample_reports();

}  // namespace watertight::report
