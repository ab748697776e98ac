// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/shutdown/latency.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <array>
#include <csignal>
#include <span>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr std::array<Duration, 6> kDelays = {0ms, 1ms, 5ms, 10ms, 20ms, 50ms};
constexpr std::array<Duration, 3> kQuickDelays = {0ms, 5ms, 20ms};
constexpr auto kMostForQuiet = 200ms;

}  // namespace

CheckResult shutdown_during_reload(const Scenario& scenario, const Interrupted& interrupted) {
  Latencies latencies;
  const auto delays = scenario.is_quick ? std::span<const Duration>(kQuickDelays)
                                        : std::span<const Duration>(kDelays);
  for (const Duration delay : delays) {
    Stage stage(scenario, interrupted);
    auto daemon = stage.start();
    if (!daemon) return stage.trouble();
    wait_until_quiet(*daemon, kMostForQuiet);
    const auto tell = [delay](const launch::Daemon& told) {
      told.main().signal(SIGHUP);
      told.main().wait_until_ended(posix::Deadline(delay));
      told.main().signal(SIGTERM);
    };
    const Stop stop =
        stop_daemon(*daemon, {.window = scenario.window.length, .tell = tell}, interrupted);
    if (stage.is_interrupted()) return stage.trouble();
    if (stop.status && stop.status->was_signalled && stop.status->code == SIGHUP)
      return not_applicable("SIGHUP ends it: it has no reload");
    const std::string when = fmt::format("{} after SIGHUP", text_of(delay));
    if (auto fault = find_fault(stop, *daemon, when)) return *fault;
    latencies.add(stop);
  }
  CheckResult result = passed(
      fmt::format("SIGTERM up to {} after SIGHUP ends it in {}; would have caught a reload that "
                  "loses it, or takes more than {}",
                  text_of(delays.back()), text_of(latencies.longest()), text_of(scenario.window)));
  result.evidence = {latencies.describe()};
  return result;
}

}  // namespace watertight::rehearsals
