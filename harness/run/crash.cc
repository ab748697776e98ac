// SPDX-License-Identifier: Apache-2.0
#include "run/crash.h"

#include "blame/crash_catcher.h"
#include "blame/finding.h"
#include "launch/daemon.h"
#include "launch/gate.h"
#include "launch/site.h"
#include "posix/clock.h"
#include "report/blame_lines.h"
#include "stress/stress.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <functional>
#include <utility>
#include <variant>

namespace watertight::run {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongest = 20s;
constexpr auto kBetweenLooks = 5ms;
/// Of the operations after which it died, and a few.
constexpr std::uint64_t kMore = 2, kFew = 64;
constexpr std::uint64_t kPortion = 256;

blame::ThreadStacks crash_again(const Scenario& scenario, const Watch& watch,
                                std::uint64_t operations) {
  auto launched = launch::launch(scenario, watch.as_function());
  if (auto* failure = std::get_if<launch::LaunchFailure>(&launched))
    return {{}, {std::move(failure->message)}};
  auto& daemon = std::get<launch::Daemon>(launched);
  stress::Workload workload(daemon);
  blame::CrashCatcher catcher(daemon.processes());
  const posix::Deadline deadline(kLongest);
  const auto is_enough = [&] {
    return catcher.is_over() || deadline.has_passed() || watch.interrupted() != 0;
  };
  std::uint64_t done = 0;
  while (done < operations && !is_enough())
    done += workload.next_round(kPortion, std::nullopt, is_enough).attempted;
  blame::ThreadStacks seen = catcher.result();
  if (seen.stacks.empty() && seen.remarks.empty())
    seen.remarks.push_back(fmt::format(
        "another instance that ptrace(2) watched did not crash in {} operations", done));
  return seen;
}

blame::ThreadStacks crash_at_start(const Scenario& scenario, const Watch& watch) {
  auto prepared = launch::Site::prepare(scenario, watch.as_function());
  if (auto* failure = std::get_if<launch::LaunchFailure>(&prepared))
    return {{}, {std::move(failure->message)}};
  auto& site = std::get<launch::Site>(prepared);
  launch::Gate gate(site.folder().root() / "gate");
  auto launched = site.start({.waits_until_ready = false, .gate = &gate});
  if (auto* failure = std::get_if<launch::LaunchFailure>(&launched))
    return {{}, {std::move(failure->message)}};
  blame::CrashCatcher catcher(std::get<launch::Daemon>(launched).processes());
  gate.open();
  const posix::Deadline deadline(kLongest);
  while (!catcher.is_over() && !deadline.has_passed() && watch.interrupted() == 0)
    posix::pause_for(kBetweenLooks);
  blame::ThreadStacks seen = catcher.result();
  if (seen.stacks.empty() && seen.remarks.empty())
    seen.remarks.emplace_back("another instance that ptrace(2) watched did not crash");
  return seen;
}

/// What goes wrong with the other instance is a remark.
void add_stacks_of(const std::function<blame::ThreadStacks()>& another_crash, const Watch& watch,
                   Report& report) {
  watch.announce("letting it crash again");
  blame::ThreadStacks seen;
  try {
    seen = another_crash();
  } catch (const HarnessError& error) {
    seen.remarks.emplace_back(error.what());
  }
  if (!watch.interrupted()) add_stacks(std::move(seen), report);
}

}  // namespace

void add_crash(const Scenario& scenario, const Watch& watch, Report& report) {
  const std::uint64_t operations = kMore * report.operations + kFew;
  add_stacks_of([&] { return crash_again(scenario, watch, operations); }, watch, report);
}

void add_crash_at_start(const Scenario& scenario, const Watch& watch, Report& report) {
  add_stacks_of([&] { return crash_at_start(scenario, watch); }, watch, report);
}

void add_stacks(blame::ThreadStacks seen, Report& report) {
  if (seen.stacks.empty()) {
    if (!seen.remarks.empty())
      report.error += fmt::format("; no stack: {}", fmt::join(seen.remarks, "; "));
    return;
  }
  report.stacks = std::move(seen.stacks);
  const auto frames = blame::from_the_culprit(report.stacks.front().frames);
  if (!frames.empty()) report.error += "; in " + report::describe_frame(frames.front());
}

}  // namespace watertight::run
