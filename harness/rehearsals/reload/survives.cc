// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/client.h"
#include "rehearsals/reload/checks.h"
#include "rehearsals/reload/possessions.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <set>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr int kReloads = 5, kQuickReloads = 3;
constexpr auto kMostForQuiet = 500ms;
/// The signal has to be noticed before quiet means anything.
constexpr auto kLeast = 50ms;

}  // namespace

CheckResult reload_survives(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  Client client(*daemon);
  wait_until_quiet(*daemon, kMostForQuiet);
  const std::set<std::string> before = possessions_of(*daemon);
  const int reloads = depth(scenario, kQuickReloads, kReloads);
  for (int reload = 1; reload <= reloads; ++reload) {
    daemon->main().signal(SIGHUP);
    daemon->main().wait_until_ended(posix::Deadline(kLeast));
    wait_until_quiet(*daemon, kMostForQuiet);
    if (stage.is_interrupted()) return stage.trouble();
    if (!daemon->is_alive()) return judge_end(*daemon, reload);
    const auto lost = lost_of(before, *daemon);
    if (!daemon->is_alive()) return judge_end(*daemon, reload);
    if (!lost.empty()) {
      return failed(fmt::format("SIGHUP number {} cost it {}", reload, fmt::join(lost, ", ")),
                    describe_instance(*daemon));
    }
    if (const auto complaint = client.complaint(interrupted)) {
      if (!daemon->is_alive()) return judge_end(*daemon, reload);
      return failed(fmt::format("after SIGHUP number {} {}", reload, *complaint),
                    describe_hang(*daemon));
    }
  }
  if (stage.is_interrupted()) return stage.trouble();
  return passed(fmt::format("{} times SIGHUP leave it pid {}, {}; would have caught a loss of any",
                            reloads, daemon->main().pid(),
                            before.empty() ? "alive" : fmt::format("{}", fmt::join(before, ", "))));
}

}  // namespace watertight::rehearsals
