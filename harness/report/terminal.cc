// SPDX-License-Identifier: Apache-2.0
#include "report/terminal.h"

#include "report/blame_lines.h"
#include "report/facts.h"
#include "report/page.h"
#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace watertight::report {
namespace {

constexpr std::size_t kMostEvidence = 24;
constexpr std::size_t kMostStacks = 6;
constexpr std::size_t kMostLogLines = 20;
constexpr std::string_view kNotApplicable = "not applicable";

constexpr Mark kPassed{"✓", "ok", Ink::kGood};
constexpr Mark kFailed{"✗", "FAIL", Ink::kBad};
constexpr Mark kWarned{"!", "warn", Ink::kWarning};
constexpr Mark kNoted{"·", "note", Ink::kPlain};
constexpr Mark kUnsettled{"?", "?", Ink::kWarning};
constexpr Mark kSkipped{"–", "n/a", Ink::kDim};

const Mark& mark_of(Severity severity) {
  switch (severity) {
    case Severity::kFail:
      return kFailed;
    case Severity::kWarn:
      return kWarned;
    case Severity::kInfo:
      return kNoted;
  }
  return kFailed;
}

void write_headline(const Report& report, Page& page) {
  struct Word {
    std::string_view verdict, word;
    Mark mark;
  };
  static constexpr std::array<Word, 5> kWords{{{"pass", "PASS", kPassed},
                                               {"fail", "FAIL", kFailed},
                                               {"error", "ERROR", kFailed},
                                               {"inconclusive", "INCONCLUSIVE", kUnsettled},
                                               {"not_applicable", "NOT APPLICABLE", kSkipped}}};
  const std::string verdict = report.verdict();
  const Word& word = *std::find_if(kWords.begin(), kWords.end() - 1,
                                   [&](const Word& w) { return w.verdict == verdict; });

  std::vector<std::string> parts = headline_facts(report);
  if (!report.name.empty()) parts.insert(parts.begin(), report.name);
  page.headline(word.mark, word.word, parts);
}

// The last of the daemon's own words.
void write_log_tail(const Report& report, Page& page) {
  if (report.log_tail.empty()) return;
  page.blank();
  page.text("last lines of the daemon's output:", 2, Ink::kDim);
  const std::size_t shown = std::min(report.log_tail.size(), kMostLogLines);
  for (auto line = report.log_tail.end() - static_cast<std::ptrdiff_t>(shown);
       line != report.log_tail.end(); ++line) {
    page.text(*line, 4, Ink::kPlain);
  }
}

// Where threads of a daemon were that hung, or crashed.
void write_stacks(const std::vector<ThreadStack>& stacks, Page& page) {
  const std::vector<std::string> lines = describe_stacks(stacks);
  const std::size_t shown = std::min(lines.size(), kMostStacks);
  for (std::size_t i = 0; i < shown; ++i) page.text(lines[i], 4, Ink::kPlain);
  if (shown < lines.size())
    page.text(fmt::format("… {} more stacks in the JSON report", lines.size() - shown), 4,
              Ink::kDim);
}

void write_error(const Report& report, Page& page) {
  if (report.error.empty()) return;
  page.blank();
  for (const std::string& line : split_lines(report.error)) page.text(line, 2, Ink::kBad);
  write_stacks(report.stacks, page);
  write_log_tail(report, page);
}

void write_blame(const CheckResult& check, Page& page) {
  for (const std::string& line : describe_blame(check.blame)) page.text(line, 4, Ink::kBold);
}

void write_evidence(const CheckResult& check, Page& page) {
  const std::size_t shown = std::min(check.evidence.size(), kMostEvidence);
  for (std::size_t i = 0; i < shown; ++i) {
    for (const std::string& line : split_lines(check.evidence[i])) page.text(line, 4, Ink::kPlain);
  }
  if (shown < check.evidence.size()) {
    page.text(fmt::format("… {} more lines in the JSON report", check.evidence.size() - shown), 4,
              Ink::kDim);
  }
}

// A check that found something: its evidence, and below it what merely follows from it.
void write_finding(const Checks& found, const CheckResult& finding, Page& page) {
  page.entry(mark_of(finding.severity), finding.id, finding.summary, Ink::kBold, Ink::kPlain);
  write_blame(finding, page);
  write_evidence(finding, page);
  write_stacks(finding.stacks, page);
  page.facts(meaning(finding), 4);
  for (const CheckResult* other : found) {
    if (find_cause(found, *other) != &finding || !is_folded(found, *other)) continue;
    page.text(fmt::format("hence {}: {}", other->id, other->summary), 4, Ink::kDim);
  }
}

void write_findings(const Report& report, Severity severity, Page& page) {
  const Checks found = select(report, Verdict::kFail);
  for (const CheckResult* finding : found) {
    if (finding->severity != severity || is_folded(found, *finding)) continue;
    page.blank();
    write_finding(found, *finding, page);
  }
}

void write_entries(const Checks& checks, const Mark& mark, Page& page) {
  if (checks.empty()) return;
  page.blank();
  for (const CheckResult* check : checks) {
    page.entry(mark, check->id, check->summary, Ink::kPlain, Ink::kPlain);
  }
}

// What three or more have in common is said once.
void write_unsettled(const Checks& checks, Page& page) {
  if (checks.empty()) return;
  page.blank();
  for (const Checks& group : by_sentence(checks)) {
    const std::string& sentence = group.front()->summary;
    if (group.size() < 3) {
      for (const CheckResult* check : group)
        page.entry(kUnsettled, check->id, sentence, Ink::kPlain, Ink::kPlain);
    } else {
      page.entry(kUnsettled, fmt::format("{} checks", group.size()), sentence, Ink::kPlain,
                 Ink::kPlain);
      page.text(join_ids(group), 4, Ink::kDim);
    }
  }
}

// One line for all.
void write_not_applicable(const Checks& checks, Page& page) {
  if (checks.empty()) return;
  std::string text;
  for (const Checks& group : by_sentence(checks)) {
    const std::string& reason = group.front()->summary;
    if (!text.empty()) text += "; ";
    text += reason.empty() ? join_ids(group) : fmt::format("{} ({})", join_ids(group), reason);
  }
  page.blank();
  page.entry(kSkipped, kNotApplicable, text, Ink::kDim, Ink::kDim);
}

unsigned widest_id(const Report& report) {
  unsigned widest = 0;
  for (const CheckResult& check : report.checks) {
    const bool is_listed = check.verdict != Verdict::kNotApplicable;
    widest = std::max(
        widest, is_listed ? display_width(printable(check.id)) : display_width(kNotApplicable));
  }
  return widest;
}

}  // namespace

void write_terminal(const Report& report, std::ostream& out, const TerminalStyle& style) {
  Page page(out, style, widest_id(report));
  write_headline(report, page);
  page.facts(circumstances(report), 2);
  if (report.failed_operations > 0) page.text(failed_operations(report), 2, Ink::kWarning);
  write_error(report, page);
  write_findings(report, Severity::kFail, page);
  if (report.is_strict) write_findings(report, Severity::kWarn, page);
  if (report.error.empty()) write_log_tail(report, page);
  if (style.is_quiet) return;
  if (!report.is_strict) write_findings(report, Severity::kWarn, page);
  write_findings(report, Severity::kInfo, page);
  write_unsettled(select(report, Verdict::kInconclusive), page);
  write_entries(select(report, Verdict::kPass), kPassed, page);
  write_not_applicable(select(report, Verdict::kNotApplicable), page);
}

void write_check(const Report& report, const CheckResult& check, std::ostream& out,
                 const TerminalStyle& style) {
  Page page(out, style, display_width(printable(check.id)));
  switch (check.verdict) {
    case Verdict::kFail:
      write_finding(select(report, Verdict::kFail), check, page);
      if (check.consequence_of) page.text("follows from " + *check.consequence_of, 4, Ink::kDim);
      return;
    case Verdict::kInconclusive:
      return page.entry(kUnsettled, check.id, check.summary, Ink::kBold, Ink::kPlain);
    case Verdict::kPass:
      return page.entry(kPassed, check.id, check.summary, Ink::kBold, Ink::kPlain);
    case Verdict::kNotApplicable:
      return page.entry(kSkipped, check.id, check.summary, Ink::kBold, Ink::kPlain);
  }
}

}  // namespace watertight::report
