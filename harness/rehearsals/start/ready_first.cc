// SPDX-License-Identifier: Apache-2.0
#include "launch/endpoint.h"
#include "posix/clock.h"
#include "rehearsals/start/background.h"
#include "rehearsals/start/checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr int kStarts = 20, kQuickStarts = 4;

/// How long until nothing is missing; empty where that takes longer than a start may take.
std::optional<Duration> wait_for_rest(const launch::Daemon& daemon, Duration most) {
  const auto begin = posix::Clock::now();
  const posix::Deadline deadline(most);
  while (!missing_of(daemon).empty()) {
    if (deadline.has_passed()) return std::nullopt;
    posix::pause_for(1ms);
  }
  return posix::Clock::now() - begin;
}

}  // namespace

CheckResult start_ready_first(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  {
    auto started = start_in_background(stage);
    if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
    const auto& daemon = std::get<launch::Daemon>(started);
    if (daemon.scenario().pid_file.empty() && launch::local_endpoints(daemon.scenario()).empty())
      return not_applicable("needs --pid-file, or a --ready or --stress that names an address");
  }
  const int starts = depth(scenario, kQuickStarts, kStarts);
  for (int i = 0; i < starts; ++i) {
    Stage fresh(scenario, interrupted);
    auto daemon = fresh.start({.waits_until_ready = false});
    if (!daemon) return fresh.trouble();
    const auto exit = daemon->launcher_exit(posix::Deadline(scenario.ready.timeout));
    const std::vector<std::string> missing = missing_of(*daemon);
    if (fresh.is_interrupted()) return fresh.trouble();
    if (!exit || !exit->is_success()) return inconclusive("a fresh instance did not start");
    if (missing.empty()) continue;
    const auto late = wait_for_rest(*daemon, scenario.ready.timeout);
    return failed(fmt::format("who started it was told that it runs, {}: without {}",
                              late ? fmt::format("{} too early", text_of(*late)) : "and it did not",
                              fmt::join(missing, " and ")),
                  log_evidence(*daemon));
  }
  return passed(
      fmt::format("is ready when its launcher ends, in {} of {} starts; would have caught one that "
                  "is late",
                  starts, starts));
}

}  // namespace watertight::rehearsals
