// SPDX-License-Identifier: Apache-2.0
#include "report/github.h"

#include "report/blame_lines.h"
#include "report/facts.h"
#include "report/markup.h"
#include "report/source_places.h"
#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace watertight::report {
namespace {

constexpr std::size_t kMostAnnotations = 10;
constexpr std::size_t kMostRows = 200;
constexpr unsigned kWidestCell = 1000;

std::string escaped(std::string_view text, bool is_property) {
  const std::string_view special = is_property ? "%:," : "%";
  std::string safe;
  for (const char c : printable(text)) {
    if (special.find(c) == std::string_view::npos) {
      safe += c;
    } else {
      safe += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return safe;
}

std::optional<SourcePlace> place_of(const CheckResult& check, const std::filesystem::path& root) {
  for (const Blame& site : check.blame)
    if (const auto places = source_places(site, root); !places.empty()) return places.front();
  return std::nullopt;
}

void annotate(std::string_view kind, const Checks& checks, const std::filesystem::path& root,
              std::ostream& out) {
  for (std::size_t i = 0; i < std::min(checks.size(), kMostAnnotations); ++i) {
    out << "::" << kind << " title=" << escaped(checks[i]->id, true);
    if (const auto place = place_of(*checks[i], root))
      out << fmt::format(",file={},line={}", escaped(place->file, true), place->line);
    out << "::" << escaped(checks[i]->summary, false) << '\n';
  }
}

void write_rows(const Checks& checks, std::string_view mark, std::ostream& out) {
  const auto cell = [](std::string_view text) {
    return markup(shorten(printable(text), kWidestCell, "…"));
  };
  const std::size_t shown = std::min(checks.size(), kMostRows);
  for (std::size_t i = 0; i < shown; ++i) {
    out << fmt::format("<tr><td>{}</td><td><code>{}</code></td><td>{}", mark, cell(checks[i]->id),
                       cell(checks[i]->summary));
    for (const std::string& line : describe_blame(checks[i]->blame)) out << "<br>" << cell(line);
    out << "</td></tr>\n";
  }
}

}  // namespace

void write_github_annotations(const Report& report, const std::filesystem::path& source_root,
                              std::ostream& out) {
  if (const std::string what = trouble(report); !what.empty())
    out << "::error title=" << escaped(report.name, true) << "::" << escaped(what, false) << '\n';
  annotate("error", select(report, Verdict::kFail, Severity::kFail), source_root, out);
  annotate("warning", select(report, Verdict::kFail, Severity::kWarn), source_root, out);
  annotate("notice", select(report, Verdict::kFail, Severity::kInfo), source_root, out);
}

void write_github_summary(const Report& report, std::ostream& out) {
  out << fmt::format("<h3>{}: {}</h3>\n<p>", markup(report.verdict()), markup(report.name));
  for (const auto& facts : {headline_facts(report), circumstances(report)})
    for (const std::string& fact : facts) out << markup(fact) << ". ";
  out << "</p>\n";
  if (!report.error.empty()) out << "<p>" << markup(report.error) << "</p>\n";
  out << "<table>\n";
  write_rows(select(report, Verdict::kFail, Severity::kFail), "✗", out);
  write_rows(select(report, Verdict::kFail, Severity::kWarn), "!", out);
  write_rows(select(report, Verdict::kFail, Severity::kInfo), "·", out);
  write_rows(select(report, Verdict::kInconclusive), "?", out);
  write_rows(select(report, Verdict::kPass), "✓", out);
  out << "</table>\n\n";
}

}  // namespace watertight::report
