// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/client.h"
#include "rehearsals/reload/checks.h"
#include "rehearsals/reload/possessions.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr int kSignals = 1000, kQuickSignals = 300;
constexpr auto kBetween = 500us;
/// Reloads that were asked for meanwhile are made one after another.
constexpr auto kMostToRecover = 10s;

}  // namespace

CheckResult reload_storm(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  Client client(*daemon);
  wait_until_quiet(*daemon, 500ms);
  const std::set<std::string> before = possessions_of(*daemon);
  const int count = depth(scenario, kQuickSignals, kSignals);
  for (int i = 1; i <= count; ++i) {
    if (!daemon->main().signal(SIGHUP) || daemon->main().has_ended()) return judge_end(*daemon, i);
    posix::pause_for(kBetween);
    if (stage.is_interrupted()) return stage.trouble();
  }
  wait_until_quiet(*daemon, kMostToRecover);
  const auto lost = lost_of(before, *daemon);
  const auto complaint = client.complaint(interrupted, kMostToRecover);
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->is_alive()) return judge_end(*daemon, count);
  if (!lost.empty()) {
    return failed(
        fmt::format("{} times SIGHUP within a second cost it {}", count, fmt::join(lost, ", ")),
        describe_instance(*daemon));
  }
  if (complaint)
    return failed(fmt::format("after {} times SIGHUP within a second {}", count, *complaint),
                  describe_hang(*daemon));
  return passed(fmt::format(
      "{} times SIGHUP within a second leave it alive and serving; would have caught one that a "
      "reload within a reload breaks",
      count));
}

}  // namespace watertight::rehearsals
