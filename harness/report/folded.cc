// SPDX-License-Identifier: Apache-2.0
#include "report/folded.h"

#include "report/blame_lines.h"
#include "report/text.h"

#include <algorithm>
#include <string>

namespace watertight::report {
namespace {

/// `;` separates levels.
std::string level(std::string_view text) {
  std::string safe = printable(text);
  std::ranges::replace(safe, ';', ',');
  return safe;
}

}  // namespace

void write_folded(const Report& report, std::ostream& out) {
  for (const CheckResult& check : report.checks) {
    for (const Blame& site : check.blame) {
      if (site.frames.empty()) continue;
      out << level(check.id);
      for (auto frame = site.frames.rbegin(); frame != site.frames.rend(); ++frame)
        out << ';' << level(describe_frame(*frame));
      out << ' ' << site.count << '\n';
    }
  }
}

}  // namespace watertight::report
