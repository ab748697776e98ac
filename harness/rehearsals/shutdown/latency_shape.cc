// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/shutdown/latency.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kStops = 8, kQuickStops = 4, kLeastStops = 4;
constexpr Duration kMostForAll = 2s, kQuickMostForAll = 500ms;
/// Less is no polling that costs anything.
constexpr Duration kLeastPeriod = 80ms;

/// 0, 1/2, 1/4, 3/4, 1/8, …: whatever their number, they are all over the period.
double fraction_of(std::size_t number) {
  double fraction = 0, digit = 0.5;
  for (; number > 0; number /= 2, digit /= 2)
    if (number % 2 == 1) fraction += digit;
  return fraction;
}

/// A loop that looks at a flag now and then ends between none and one period after the signal, one
/// time like another. (On a busy machine a few are late, and most are not.)
bool looks_like_polling(const Latencies& latencies) {
  const Duration longest = latencies.longest(), median = latencies.percentile(50);
  return longest >= kLeastPeriod && latencies.percentile(1) < longest * 2 / 5 &&
         median > longest / 4 && median < longest * 4 / 5 && latencies.most_cpu() < longest / 10;
}

}  // namespace

CheckResult shutdown_latency(const Scenario& scenario, const Interrupted& interrupted) {
  Latencies latencies;
  const posix::Deadline enough(scenario.is_quick ? kQuickMostForAll : kMostForAll);
  const std::size_t stops = scenario.is_quick ? kQuickStops : kStops;
  do {
    Stage stage(scenario, interrupted);
    auto daemon = stage.start();
    if (!daemon) return stage.trouble();
    const auto phase =
        std::chrono::duration_cast<Duration>(fraction_of(latencies.count()) * latencies.longest());
    daemon->main().wait_until_ended(posix::Deadline(phase));
    const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
    if (stage.is_interrupted()) return stage.trouble();
    if (const auto fault = find_fault(stop, *daemon, "at some phase of its loop")) return *fault;
    latencies.add(stop);
  } while (latencies.count() < (enough.has_passed() ? kLeastStops : stops));

  CheckResult result = passed(fmt::format(
      "SIGTERM at {} phases ends it within {}; would have told a loop that polls for it",
      latencies.count(), text_of(latencies.longest())));
  if (looks_like_polling(latencies)) {
    result =
        failed(fmt::format("its end comes between {} and {} after SIGTERM, as of a loop that "
                           "polls with a period of {}",
                           text_of(latencies.percentile(1)), text_of(latencies.longest()),
                           text_of(latencies.longest())));
  }
  result.evidence = {latencies.describe(), latencies.describe_profiles()};
  return result;
}

}  // namespace watertight::rehearsals
