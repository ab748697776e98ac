// SPDX-License-Identifier: Apache-2.0
#include "run/blame.h"

#include "blame/on_demand_leaks.h"
#include "blame/sanitizer.h"
#include "blame/valgrind.h"
#include "launch/daemon.h"
#include "report/blame_lines.h"
#include "stress/quiescence.h"
#include "stress/stress.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

namespace watertight::run {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kGroup = "growth.";
/// Of one round of operations, which the backend makes slow.
constexpr auto kLongestRound = 10s;
constexpr auto kLongestQuiet = 1s;
/// Whose share is as large is named in the sentence of the check.
constexpr double kMainCulprit = 0.5;

std::string resource_of(const CheckResult& check) { return check.id.substr(kGroup.size()); }

bool names_somebody(const CheckResult* check) {
  return std::ranges::any_of(check->blame, [](const Blame& one) { return !one.frames.empty(); });
}

/// In the order in which they are tried. Valgrind takes so long that it is asked only by name.
std::vector<std::unique_ptr<blame::Backend>> backends(BlameMode mode) {
  std::vector<std::unique_ptr<blame::Backend>> all;
  if (mode == BlameMode::kAuto || mode == BlameMode::kSanitizer)
    all.push_back(std::make_unique<blame::Sanitizer>());
  if (mode == BlameMode::kSanitizer) all.push_back(std::make_unique<blame::OnDemandLeaks>());
  if (mode == BlameMode::kValgrind) all.push_back(std::make_unique<blame::Valgrind>());
  return all;
}

/// One backend's answer, or why there is none.
std::variant<blame::Answer, std::string> ask(blame::Backend& backend, const Scenario& given,
                                             const std::vector<CheckResult*>& checks,
                                             const blame::Suppressions& suppressions,
                                             const std::function<int()>& interrupted) {
  Scenario scenario = given;
  if (const auto refusal = backend.prepare(scenario)) return *refusal;
  auto launched = launch::launch(scenario, interrupted);
  if (const auto* failure = std::get_if<launch::LaunchFailure>(&launched))
    return fmt::format("the daemon did not start under {}: {}", backend.name(), failure->message);
  auto& daemon = std::get<launch::Daemon>(launched);
  stress::Workload workload(daemon);
  stress::Tally made;
  const auto work = [&](std::uint64_t operations) {
    const posix::Deadline deadline(kLongestRound);
    const auto tally = workload.next_round(operations, std::nullopt, [&] {
      return deadline.has_passed() ? Watch::kDeadline : interrupted();
    });
    stress::wait_until_quiet([&] { return daemon.processes(); }, kLongestQuiet);
    made += tally;
    return tally.attempted;
  };
  std::vector<std::string> resources;
  for (const CheckResult* check : checks) resources.push_back(resource_of(*check));
  blame::Answer answer = backend.explain({daemon, work, resources, suppressions});
  if (made.failed > 0)
    answer.remarks.push_back(
        fmt::format("under {} {} of {} operations failed ({}), and what those would have done is "
                    "not in this answer",
                    backend.name(), made.failed, made.attempted, made.first_failure));
  return answer;
}

}  // namespace

std::vector<CheckResult*> grown_checks(Report& report) {
  std::vector<CheckResult*> found;
  for (CheckResult& check : report.checks)
    if (check.verdict == Verdict::kFail && check.id.starts_with(kGroup)) found.push_back(&check);
  return found;
}

void take_blame(const blame::Answer& answer, const std::vector<CheckResult*>& checks) {
  if (checks.empty()) return;
  for (CheckResult* check : checks) {
    const auto found = answer.blame.find(resource_of(*check));
    if (found == answer.blame.end()) continue;
    check->blame = found->second;
    const Blame& first = check->blame.front();
    if (first.share >= kMainCulprit && !first.frames.empty())
      check->summary += "; by " + report::describe_frame(first.frames.front());
  }
  // To be read once, with the first check that is not explained by them.
  for (const std::string& remark : answer.remarks) checks.front()->evidence.push_back(remark);
}

blame::Suppressions read_suppressions(const Scenario& scenario) {
  blame::Suppressions suppressions;
  for (const std::string& file : scenario.suppressions) suppressions.add_file(file);
  return suppressions;
}

void add_blame(const Scenario& scenario, const blame::Suppressions& suppressions,
               const Watch& watch, const std::string& why_no_agent, Report& report) {
  std::vector<CheckResult*> checks = grown_checks(report);
  std::erase_if(checks, names_somebody);
  if (checks.empty() || !report.error.empty() || watch.interrupted()) return;
  const bool is_hurried = scenario.fails_fast && scenario.blame == BlameMode::kAuto;
  if (is_hurried) return;
  const posix::Deadline deadline(kLongestBlame);
  const auto interrupted = [&] {
    return deadline.has_passed() ? Watch::kDeadline : watch.interrupted();
  };
  const bool wants_agent =
      scenario.blame == BlameMode::kAuto || scenario.blame == BlameMode::kAgent;
  std::string reasons = wants_agent ? why_no_agent : "";
  for (const auto& backend : backends(scenario.blame)) {
    watch.announce("asking who is to blame");
    std::string reason;
    try {
      const auto answer = ask(*backend, scenario, checks, suppressions, interrupted);
      if (const auto* seen = std::get_if<blame::Answer>(&answer)) return take_blame(*seen, checks);
      reason = std::get<std::string>(answer);
    } catch (const HarnessError& error) {
      reason = error.what();
    }
    reasons += (reasons.empty() ? "" : "; ") + reason;
  }
  if (!reasons.empty())
    checks.front()->evidence.push_back(
        "no call site is named: " + reasons +
        (scenario.blame == BlameMode::kAuto ? "; --blame valgrind asks Valgrind" : ""));
}

}  // namespace watertight::run
