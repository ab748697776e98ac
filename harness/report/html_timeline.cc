// SPDX-License-Identifier: Apache-2.0
#include "report/html_parts.h"
#include "report/markup.h"
#include "report/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace watertight::report {

void write_html_timeline(const std::vector<Event>& timeline, std::ostream& out) {
  if (timeline.empty()) return;
  const double last = timeline.back().seconds;
  out << "<h4>What happened when</h4>\n<ol class=\"timeline\">\n";
  for (const Event& event : timeline) {
    const double place = std::clamp(100 * event.seconds / last, 0.0, 100.0);
    out << fmt::format("<li><span>{}</span><i style=\"--at:{:.1f}%\"></i><b>{}</b></li>\n",
                       markup(event.what), std::isfinite(place) ? place : 0,
                       format_duration(event.seconds));
  }
  out << "</ol>\n";
}

}  // namespace watertight::report
