// SPDX-License-Identifier: Apache-2.0
#include "report/facts.h"

#include "report/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace watertight::report {
namespace {

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", number);
}

std::string ended_early(const Report& report) {
  if (report.interrupted_by != 0) return "interrupted by " + signal_name(report.interrupted_by);
  return report.deadline_passed ? "ended by its own deadline" : "";
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

}  // namespace

Checks select(const Report& report, Verdict verdict, std::optional<Severity> severity) {
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

std::vector<std::string> headline_facts(const Report& report) {
  std::vector<std::string> parts;
  if (!report.checks.empty() || report.error.empty()) parts.push_back(checks_in_short(report));
  if (report.operations > 0 || report.stress_seconds > 0) {
    parts.push_back(fmt::format("{} in {}",
                                format_amount(static_cast<double>(report.operations), "operation"),
                                format_duration(report.stress_seconds)));
  }
  return parts;
}

std::vector<std::string> circumstances(const Report& report) {
  std::vector<std::string> facts;
  if (report.ready_after_s) {
    facts.push_back("ready after " + format_duration(*report.ready_after_s));
  }
  if (const std::string why = ended_early(report); !why.empty()) {
    facts.push_back(why);
  } else if (!report.stopped.empty()) {
    facts.push_back("stopped: " + report.stopped);
  }
  if (report.warp && report.warp->measured) {
    facts.push_back(fmt::format("its time ran {} times as fast (--warp {})",
                                format_count(std::round(*report.warp->measured)),
                                report.warp->asked));
  }
  if (report.is_strict) facts.push_back("strict");
  return facts;
}

std::string trouble(const Report& report) {
  return report.error.empty() ? ended_early(report) : report.error;
}

std::string failed_operations(const Report& report) {
  if (report.failed_operations == 0) return "";
  return fmt::format("{} of {} failed{}{}",
                     format_count(static_cast<double>(report.failed_operations)),
                     format_amount(static_cast<double>(report.operations), "operation"),
                     report.first_failure.empty() ? "" : ", the first: ", report.first_failure);
}

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

}  // namespace watertight::report
