// SPDX-License-Identifier: Apache-2.0
#include "report/difference.h"

#include "report/blame_lines.h"
#include "report/quantity.h"
#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace watertight::report {
namespace {

using Kind = Change::Kind;

const CheckResult* find_check(const Report& report, std::string_view id) {
  const auto found = std::ranges::find(report.checks, id, &CheckResult::id);
  return found == report.checks.end() ? nullptr : &*found;
}

bool fails(const CheckResult* check) { return check && check->verdict == Verdict::kFail; }

bool is_culprit(const CheckResult& check) {
  return fails(&check) && check.severity == Severity::kFail && !check.consequence_of;
}

bool has_verdict(const CheckResult* check) {
  return check && (check->verdict == Verdict::kPass || check->verdict == Verdict::kFail);
}

/// A call site of the newer failure that the older one did not have; null where there is none, or
/// where the older run did not ask for call sites.
const Blame* new_call_site(const CheckResult& before, const CheckResult& after) {
  const auto has_site = [](const Blame& blame) { return !blame.fingerprint.empty(); };
  if (std::ranges::none_of(before.blame, has_site)) return nullptr;
  const auto found = std::ranges::find_if(after.blame, [&](const Blame& blame) {
    return has_site(blame) && std::ranges::find(before.blame, blame.fingerprint,
                                                &Blame::fingerprint) == before.blame.end();
  });
  return found == after.blame.end() ? nullptr : &*found;
}

std::string rates(const Rate& before, const Rate& after) {
  return fmt::format("{}, before {}", format_rate_interval(after), format_rate_interval(before));
}

Change compare_failures(const CheckResult& before, const CheckResult& after) {
  Change change{Kind::kSame, after.id, after.summary, after.severity};
  if (before.rate && after.rate && before.rate->unit == after.rate->unit) {
    if (after.rate->low > before.rate->high) change.kind = Kind::kWorse;
    if (after.rate->high < before.rate->low) change.kind = Kind::kBetter;
    if (change.kind != Kind::kSame) change.text = rates(*before.rate, *after.rate);
  }
  if (const Blame* site = new_call_site(before, after)) {
    const std::string where =
        site->frames.empty() ? site->what : describe_frame(site->frames.front());
    change.text += fmt::format("; new call site: {}", where);
    change.kind = Kind::kWorse;
  }
  return change;
}

std::optional<Change> change_of(const CheckResult* before, const CheckResult& after) {
  if (fails(&after)) {
    if (fails(before)) return compare_failures(*before, after);
    return Change{Kind::kNew, after.id, after.summary, after.severity};
  }
  if (fails(before) && after.verdict == Verdict::kPass)
    return Change{Kind::kFixed, after.id, after.summary, before->severity};
  if (has_verdict(before) && !has_verdict(&after))
    return Change{
        Kind::kUnsettled, after.id,
        fmt::format("was {}, now {}: {}", fails(before) ? "a failure" : "a pass",
                    after.verdict == Verdict::kInconclusive ? "inconclusive" : "not applicable",
                    after.summary),
        before->severity};
  return std::nullopt;
}

bool counts(const Change& change, const Report& after) {
  return change.severity == Severity::kFail ||
         (change.severity == Severity::kWarn && after.is_strict);
}

}  // namespace

std::string_view to_string(Kind kind) {
  static constexpr std::array<std::string_view, 6> kWords = {"new",    "worse", "same",
                                                             "better", "fixed", "unsettled"};
  return kWords.at(static_cast<std::size_t>(kind));
}

std::vector<Change> changes_between(const Report& before, const Report& after) {
  std::vector<Change> changes;
  for (const CheckResult& check : after.checks)
    if (auto change = change_of(find_check(before, check.id), check))
      changes.push_back(std::move(*change));
  for (const CheckResult& check : before.checks)
    if (has_verdict(&check) && !find_check(after, check.id))
      changes.push_back({Kind::kUnsettled, check.id, "was not looked at again", check.severity});
  return changes;
}

int exit_code_of(const std::vector<Change>& changes, const Report& after) {
  const auto has = [&](Kind kind) {
    return std::ranges::any_of(changes, [&](const Change& change) {
      return change.kind == kind && counts(change, after);
    });
  };
  if (has(Kind::kNew) || has(Kind::kWorse)) return 1;
  return has(Kind::kUnsettled) || !after.error.empty() ? 4 : 0;
}

Fix judge_fix(const Report& before, const Report& after) {
  if (std::ranges::none_of(before.checks, is_culprit)) return Fix::kNothingToFix;
  if (std::ranges::any_of(after.checks, is_culprit)) return Fix::kNotFixed;
  const bool all_pass = std::ranges::all_of(before.checks, [&](const CheckResult& check) {
    const CheckResult* const now = find_check(after, check.id);
    return !is_culprit(check) || (now && now->verdict == Verdict::kPass);
  });
  return all_pass ? Fix::kFixed : Fix::kUnsettled;
}

void write_changes(const std::vector<Change>& changes, std::ostream& out) {
  static constexpr std::array kWorstFirst = {Kind::kNew,  Kind::kWorse,  Kind::kUnsettled,
                                             Kind::kSame, Kind::kBetter, Kind::kFixed};
  std::vector<std::string> counts;
  for (const Kind kind : kWorstFirst) {
    std::size_t count = 0;
    for (const Change& change : changes) {
      if (change.kind != kind) continue;
      ++count;
      out << fmt::format("{:<9}  {:<20}  {}\n", to_string(kind), change.id, printable(change.text));
    }
    if (count > 0) counts.push_back(fmt::format("{} {}", count, to_string(kind)));
  }
  out << (counts.empty() ? "no check fails, before or after"
                         : fmt::format("{}", fmt::join(counts, ", ")))
      << '\n';
}

}  // namespace watertight::report
