// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/shutdown/latency.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kMostForQuiet{500};
constexpr std::size_t kStops = 10, kQuickStops = 3;
/// A daemon that takes long to start is stopped less often.
constexpr auto kMostForAll = 8s, kQuickMostForAll = 2s;

}  // namespace

CheckResult shutdown_idle(const Scenario& scenario, const Interrupted& interrupted) {
  Latencies latencies;
  std::string status;
  const posix::Deadline enough(depth(scenario, kQuickMostForAll, kMostForAll));
  do {
    Stage stage(scenario, interrupted);
    auto daemon = stage.start();
    if (!daemon) return stage.trouble();
    // The look for readiness may have been a connection, which an idle daemon has dealt with.
    wait_until_quiet(*daemon, kMostForQuiet);
    const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
    if (!stop.main_in_window && stage.is_interrupted()) return stage.trouble();
    if (!stop.main_in_window) {
      CheckResult result =
          failed(fmt::format("still alive {} after SIGTERM; only SIGKILL ended it: {}",
                             text_of(scenario.window), fmt::join(stop.survivors, ", ")),
                 stop.evidence);
      result.timeline = timeline_of(stop);
      return result;
    }
    status = stop.status ? stop.status->describe() : "ended";
    if (stop.status && stop.status->is_crash()) {
      CheckResult crash =
          failed(fmt::format("crashed on SIGTERM: {} after {}", status, text_of(stop.until_exit)),
                 log_evidence(*daemon));
      add_crash(scenario, interrupted, tell_main, crash);
      return crash;
    }
    latencies.add(stop);
  } while (latencies.count() < depth(scenario, kQuickStops, kStops) && !enough.has_passed());

  CheckResult result =
      passed(fmt::format("SIGTERM ends it in {} ({}); would have caught more than {}",
                         text_of(latencies.longest()), status, text_of(scenario.window)));
  result.evidence = {latencies.describe(), latencies.describe_profiles()};
  return result;
}

}  // namespace watertight::rehearsals
