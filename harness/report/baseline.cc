// SPDX-License-Identifier: Apache-2.0
#include "report/baseline.h"

#include "report/blame_lines.h"
#include "report/quantity.h"
#include "report/verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace watertight::report {
namespace {

/// A call site below this share of the growth may be of one run and not of the next.
constexpr double kSmallestShare = 0.01;

auto key_of(const KnownLeak& leak) { return std::tie(leak.check, leak.call_site); }

void sort(Baseline& baseline) { std::ranges::sort(baseline.leaks, {}, key_of); }

bool is_call_site(const Blame& blame) {
  return !blame.fingerprint.empty() && blame.share >= kSmallestShare;
}

const CheckResult* find_check(const Report& report, std::string_view id) {
  const auto found = std::ranges::find(report.checks, id, &CheckResult::id);
  return found == report.checks.end() ? nullptr : &*found;
}

/// One failure as leaks that are known.
std::vector<KnownLeak> leaks_of(const CheckResult& check) {
  std::vector<KnownLeak> leaks;
  double rest = 1;
  for (const Blame& blame : check.blame) {
    if (!is_call_site(blame)) continue;
    KnownLeak leak{.check = check.id, .call_site = blame.fingerprint};
    if (!blame.frames.empty()) leak.where = describe_frame(blame.frames.front());
    if (check.rate) leak.per_op = blame.share * check.rate->high;
    rest -= blame.share;
    leaks.push_back(leak);
  }
  if (leaks.empty() || rest >= kSmallestShare) {
    KnownLeak leak{.check = check.id};
    if (check.rate) leak.per_op = std::max(rest, 0.0) * check.rate->high;
    leaks.push_back(leak);
  }
  if (check.rate)
    for (KnownLeak& leak : leaks) leak.unit = check.rate->unit;
  return leaks;
}

/// Why a failure is more than its known leaks allow; empty where it is not.
std::string excess_of(const CheckResult& check, const std::vector<KnownLeak>& known,
                      std::string_view today) {
  double accepted = 0;
  bool has_rate = false;
  for (const KnownLeak& leak : known) {
    if (!leak.until.empty() && leak.until < today)
      return fmt::format("accepted only until {}", leak.until);
    if (leak.per_op) {
      has_rate = true;
      accepted += *leak.per_op;
    }
  }
  const bool names_sites =
      std::ranges::any_of(known, [](const KnownLeak& leak) { return !leak.call_site.empty(); });
  for (const Blame& blame : check.blame)
    if (names_sites && is_call_site(blame) &&
        std::ranges::find(known, blame.fingerprint, &KnownLeak::call_site) == known.end())
      return fmt::format("a call site that the baseline does not have, {}",
                         blame.frames.empty() ? blame.what : describe_frame(blame.frames.front()));
  if (check.rate && has_rate && check.rate->low > accepted)
    return fmt::format("more than the {} of the baseline", format_rate(accepted, check.rate->unit));
  return "";
}

void accept_known(const std::vector<KnownLeak>& known, std::string_view today, CheckResult& check) {
  if (check.verdict == Verdict::kPass) {
    check.summary += "; the baseline may forget it";
  } else if (check.verdict == Verdict::kFail) {
    const std::string excess = excess_of(check, known, today);
    if (excess.empty()) {
      check.severity = Severity::kInfo;
      check.summary = "in the baseline: " + check.summary;
    } else {
      check.summary += "; " + excess;
    }
  }
}

/// A known leak, lowered to what the check still finds; empty where it is mended.
std::optional<KnownLeak> lowered(const KnownLeak& leak, const std::vector<KnownLeak>& found) {
  const auto still = std::ranges::find(found, leak.call_site, &KnownLeak::call_site);
  if (still == found.end()) {
    const bool names_sites =
        std::ranges::any_of(found, [](const KnownLeak& one) { return !one.call_site.empty(); });
    return names_sites ? std::nullopt : std::optional(leak);  // This run did not look for sites.
  }
  KnownLeak result = leak;
  if (leak.per_op && still->per_op) result.per_op = std::min(*leak.per_op, *still->per_op);
  return result;
}

}  // namespace

Baseline baseline_of(const Report& report, const std::string& reason, const std::string& until) {
  Baseline baseline;
  for (const CheckResult& check : report.checks) {
    if (check.verdict != Verdict::kFail || !counts(report, check)) continue;
    std::ranges::move(leaks_of(check), std::back_inserter(baseline.leaks));
  }
  for (KnownLeak& leak : baseline.leaks) {
    leak.reason = reason;
    leak.until = until;
  }
  sort(baseline);
  return baseline;
}

Baseline ratcheted(const Baseline& baseline, const Report& report) {
  Baseline result;
  for (const KnownLeak& leak : baseline.leaks) {
    const CheckResult* const check = find_check(report, leak.check);
    std::optional<KnownLeak> kept = leak;
    if (check && check->verdict == Verdict::kPass) kept.reset();
    if (check && check->verdict == Verdict::kFail) kept = lowered(leak, leaks_of(*check));
    if (kept) result.leaks.push_back(*kept);
  }
  return result;
}

Baseline joined(const Baseline& baseline, const Baseline& added) {
  Baseline result = baseline;
  for (const KnownLeak& leak : added.leaks) {
    const auto known = std::ranges::find(result.leaks, key_of(leak), key_of);
    if (known == result.leaks.end())
      result.leaks.push_back(leak);
    else if (known->per_op && leak.per_op)
      known->per_op = std::max(*known->per_op, *leak.per_op);
  }
  sort(result);
  return result;
}

void accept_known(const Baseline& baseline, std::string_view today, Report& report) {
  for (CheckResult& check : report.checks) {
    std::vector<KnownLeak> known;
    std::ranges::copy_if(baseline.leaks, std::back_inserter(known),
                         [&](const KnownLeak& leak) { return leak.check == check.id; });
    if (!known.empty()) accept_known(known, today, check);
  }
}

}  // namespace watertight::report
