// SPDX-License-Identifier: Apache-2.0
#include "report/terminal.h"

#include "report/blame_lines.h"
#include "report/page.h"
#include "report/quantity.h"
#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace watertight::report {
namespace {

constexpr std::size_t kMostEvidence = 24;
constexpr std::size_t kMostLogLines = 20;
constexpr std::string_view kNotApplicable = "not applicable";

using Checks = std::vector<const CheckResult*>;

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

Checks select(const Report& report, Verdict verdict, std::optional<Severity> severity = {}) {
  Checks checks;
  for (const CheckResult& check : report.checks) {
    if (check.verdict == verdict && (!severity || check.severity == *severity)) {
      checks.push_back(&check);
    }
  }
  return checks;
}

const CheckResult* find_cause(const Checks& found, const CheckResult& check) {
  if (!check.consequence_of) return nullptr;
  const auto cause = std::find_if(found.begin(), found.end(), [&](const CheckResult* other) {
    return other != &check && other->id == *check.consequence_of;
  });
  return cause != found.end() ? *cause : nullptr;
}

// Whether the check is told under its cause: only where that one stands on its own and is as grave.
bool is_folded(const Checks& found, const CheckResult& check) {
  const CheckResult* cause = find_cause(found, check);
  return cause != nullptr && find_cause(found, *cause) == nullptr &&
         cause->severity <= check.severity;
}

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", number);
}

// `2 of 12 checks failed`, of those that could be looked at.
std::string checks_in_short(const Report& report) {
  const std::size_t failed = select(report, Verdict::kFail, Severity::kFail).size();
  const std::size_t warned = select(report, Verdict::kFail).size() - failed;
  const std::size_t unsettled = select(report, Verdict::kInconclusive).size();
  const std::size_t passed = select(report, Verdict::kPass).size();
  const std::size_t looked_at = failed + warned + unsettled + passed;
  if (looked_at == 0) return "nothing could be checked";
  const auto of_all = [&](std::size_t count, std::string_view what) {
    return fmt::format("{} of {} {} {}", count, looked_at, looked_at == 1 ? "check" : "checks",
                       what);
  };
  if (failed > 0) return of_all(failed, "failed");
  if (warned > 0 && report.is_strict) return of_all(warned, "warned, which fails here");
  if (unsettled > 0 && report.verdict() == "inconclusive") return of_all(unsettled, "not settled");
  std::string text = passed == looked_at && passed > 1 ? fmt::format("all {} checks passed", passed)
                                                       : of_all(passed, "passed");
  if (warned > 0) text += fmt::format(", {} {}", warned, warned == 1 ? "warning" : "warnings");
  return text;
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

  std::vector<std::string> parts;
  if (!report.name.empty()) parts.push_back(report.name);
  if (!report.checks.empty() || report.error.empty()) parts.push_back(checks_in_short(report));
  if (report.operations > 0 || report.stress_seconds > 0) {
    parts.push_back(fmt::format("{} in {}",
                                format_amount(static_cast<double>(report.operations), "operation"),
                                format_duration(report.stress_seconds)));
  }
  page.headline(word.mark, word.word, parts);
}

void write_circumstances(const Report& report, Page& page) {
  std::vector<std::string> facts;
  if (report.ready_after_s) {
    facts.push_back("ready after " + format_duration(*report.ready_after_s));
  }
  if (report.interrupted_by != 0) {
    facts.push_back("interrupted by " + signal_name(report.interrupted_by));
  } else if (report.deadline_passed) {
    facts.push_back("ended by its own deadline");
  } else if (!report.stopped.empty()) {
    facts.push_back("stopped: " + report.stopped);
  }
  if (report.warp && report.warp->measured) {
    facts.push_back(fmt::format("its time ran {} times as fast (--warp {})",
                                format_count(std::round(*report.warp->measured)),
                                report.warp->asked));
  }
  if (report.is_strict) facts.push_back("strict");
  page.facts(facts, 2);
}

void write_failed_operations(const Report& report, Page& page) {
  if (report.failed_operations == 0) return;
  page.text(fmt::format("{} of {} failed{}{}",
                        format_count(static_cast<double>(report.failed_operations)),
                        format_amount(static_cast<double>(report.operations), "operation"),
                        report.first_failure.empty() ? "" : ", the first: ", report.first_failure),
            2, Ink::kWarning);
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

void write_error(const Report& report, Page& page) {
  if (report.error.empty()) return;
  page.blank();
  for (const std::string& line : split_lines(report.error)) page.text(line, 2, Ink::kBad);
  write_log_tail(report, page);
}

// What the measured rate means, as far as the sentence has not said it.
std::vector<std::string> meaning(const CheckResult& check) {
  std::vector<std::string> facts;
  const auto add = [&](std::string_view already, std::string fact) {
    if (check.summary.find(already) == std::string::npos) facts.push_back(std::move(fact));
  };
  if (check.rate && check.rate->per_operation > 0) {
    add(" operation", format_rate_interval(*check.rate));
    if (check.rate->per_second > 0 && check.rate->unit == "byte") {
      add(" a day", fmt::format("{} a day at this pace",
                                format_amount(check.rate->per_second * 86400, check.rate->unit)));
    }
  }
  if (check.exhausted_in_s) {
    add("limit", fmt::format("limit reached in {}", format_duration(*check.exhausted_in_s)));
  }
  if (check.decided_after_s && check.decided_at_operations) {
    facts.push_back(
        fmt::format("decided after {}, at {}", format_duration(*check.decided_after_s),
                    format_amount(static_cast<double>(*check.decided_at_operations), "operation")));
  }
  return facts;
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

/// Checks of which the same is to be said, in the order of the report.
std::vector<Checks> by_sentence(const Checks& checks) {
  std::vector<Checks> groups;
  for (const CheckResult* check : checks) {
    const auto group = std::ranges::find_if(
        groups, [&](const Checks& g) { return g.front()->summary == check->summary; });
    if (group == groups.end()) {
      groups.push_back({check});
    } else {
      group->push_back(check);
    }
  }
  return groups;
}

std::string join_ids(const Checks& checks) {
  std::string ids;
  for (const CheckResult* check : checks) ids += (ids.empty() ? "" : ", ") + check->id;
  return ids;
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
  write_circumstances(report, page);
  write_failed_operations(report, page);
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
