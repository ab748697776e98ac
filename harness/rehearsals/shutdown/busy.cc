// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/shutdown/latency.h"
#include "rehearsals/shutdown/load.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kStops = 3, kQuickStops = 1;
/// Work that has been done before SIGTERM shows that the daemon was at work.
constexpr std::uint64_t kLeastOperations = 8;
constexpr auto kMostToBegin = 5s;
constexpr auto kWork = 100ms;

}  // namespace

CheckResult shutdown_busy(const Scenario& scenario, const Interrupted& interrupted) {
  if (!has_load(scenario)) return not_applicable("needs a --stress other than idle");
  Latencies latencies;
  std::uint64_t before = 0, after = 0, failed_after = 0;
  while (latencies.count() < (scenario.is_quick ? kQuickStops : kStops)) {
    Stage stage(scenario, interrupted);
    auto daemon = stage.start();
    if (!daemon) return stage.trouble();
    Load load(*daemon);
    if (!load.wait_until_done(kLeastOperations, posix::Deadline(kMostToBegin)))
      return inconclusive("the stress does not get to work: " + load.end().first_failure);
    daemon->main().wait_until_ended(posix::Deadline(kWork));
    if (!daemon->is_alive()) return inconclusive("it ended under load before SIGTERM");

    const stress::Tally at_signal = load.tally();
    const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
    const stress::Tally at_end = load.end();
    if (stage.is_interrupted()) return stage.trouble();
    before += at_signal.attempted;
    after += at_end.attempted - at_signal.attempted;
    failed_after += at_end.failed - at_signal.failed;
    if (auto fault = find_fault(stop, *daemon, "under load")) {
      fault->evidence.insert(
          fault->evidence.begin(),
          fmt::format("{} operations before SIGTERM, {} after, of which {} failed", before, after,
                      failed_after));
      return *fault;
    }
    latencies.add(stop);
  }
  CheckResult result =
      passed(fmt::format("SIGTERM under load ends it in {}; would have caught more than {}",
                         text_of(latencies.longest()), text_of(scenario.window)));
  result.evidence = {
      fmt::format("{} operations before SIGTERM, {} under way or after it, of which {} failed",
                  before, after, failed_after),
      latencies.describe()};
  return result;
}

}  // namespace watertight::rehearsals
