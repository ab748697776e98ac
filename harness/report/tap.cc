// SPDX-License-Identifier: Apache-2.0
#include "report/tap.h"

#include "report/blame_lines.h"
#include "report/facts.h"
#include "report/text.h"
#include "report/verdicts.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace watertight::report {
namespace {

/// `#` begins a directive.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    if (c == '#' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe;
}

/// A JSON string is a YAML string.
std::string yaml(std::string_view text) { return nlohmann::json(printable(text)).dump(); }

void write_list(std::string_view name, const std::vector<std::string>& lines, std::ostream& out) {
  if (!lines.empty()) out << "  " << name << ":\n";
  for (const std::string& line : lines) out << "    - " << yaml(line) << '\n';
}

void write_details(const CheckResult& check, std::ostream& out) {
  out << "  ---\n  message: " << yaml(check.summary)
      << "\n  severity: " << to_string(check.severity) << '\n';
  write_list("evidence", check.evidence, out);
  write_list("stacks", describe_stacks(check.stacks), out);
  out << "  ...\n";
}

/// What stands after the id: `# SKIP needs the agent`; nothing where the point counts.
std::string directive_of(const Report& report, const CheckResult& check) {
  switch (check.verdict) {
    case Verdict::kPass:
      return "";
    case Verdict::kNotApplicable:
      return " # SKIP " + escaped(check.summary);
    case Verdict::kFail:
      return counts(report, check) ? "" : " # TODO " + std::string(to_string(check.severity));
    case Verdict::kInconclusive:
      return counts(report, check) && report.verdict() == "inconclusive" ? ""
                                                                         : " # TODO not settled";
  }
  return "";
}

bool is_ok(const CheckResult& check) {
  return check.verdict == Verdict::kPass || check.verdict == Verdict::kNotApplicable;
}

}  // namespace

void write_tap(const Report& report, std::ostream& out) {
  const std::string what = trouble(report);
  const std::size_t points = report.checks.size() + (what.empty() ? 0 : 1);
  out << "TAP version 14\n1.." << points << (points == 0 ? " # SKIP nothing was checked\n" : "\n");
  std::size_t number = 0;
  for (const CheckResult& check : report.checks) {
    out << (is_ok(check) ? "ok " : "not ok ") << ++number << " - " << escaped(check.id)
        << directive_of(report, check) << '\n';
    if (!is_ok(check)) write_details(check, out);
  }
  if (!what.empty()) {
    out << "not ok " << points << " - run\n  ---\n  message: " << yaml(what) << "\n  ...\n";
  }
}

}  // namespace watertight::report
