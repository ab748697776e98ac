// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The parts of the HTML page that are more than sentences. Private to report/.

#include "report/plot.h"

#include <watertight/report.h>

#include <ostream>
#include <string>
#include <vector>

namespace watertight::report {

/// A figure: what the series comes to in words, a small drawing that the page's script replaces by
/// the `index`th of html_plot_data(), and a table of some of its values.
void write_html_plot(const Plot& plot, std::size_t index, std::ostream& out);

/// What the page's script draws, as JSON for inside `<script>`.
std::string html_plot_data(const std::vector<Plot>& plots);

/// What happened when, each event at its place between the first and the last.
void write_html_timeline(const std::vector<Event>& timeline, std::ostream& out);

/// Who is to blame: a table with source lines and callers, and above it, where there are several
/// stacks, what they have in common.
void write_html_blame(const std::vector<Blame>& blame, std::ostream& out);

/// Where threads were, a row each.
void write_html_stacks(const std::vector<ThreadStack>& stacks, std::ostream& out);

}  // namespace watertight::report
