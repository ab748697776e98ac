// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/leftovers.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <variant>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr int kPoints = 60, kQuickPoints = 12;
/// The first instant is always one; a daemon that starts faster than we can tell has others too.
constexpr Duration kLeastSweep = 10ms, kMostSweep = 4s;
constexpr auto kMostForAll = 10s, kQuickMostForAll = 2s;

std::set<std::string> names_of(const Leftovers& leftovers, const std::filesystem::path& state) {
  std::set<std::string> names;
  for (const auto& entry : leftovers.now())
    names.insert(without_numbers(entry.path.lexically_relative(state)));
  return names;
}

/// A stop of a daemon whose start is long over.
struct LaterStop {
  std::set<std::string> leftovers;  ///< What it leaves is none of this rehearsal's business.
  Duration ready_after{};
};

std::variant<LaterStop, CheckResult> stop_later(const Scenario& scenario,
                                                const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  const Leftovers leftovers(site->state());
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  let_rest(*daemon);
  stop_daemon(*daemon, {.window = scenario.window.length, .tell = tell_all, .waits_for_all = true},
              interrupted);
  return LaterStop{names_of(leftovers, site->state()), daemon->ready_after()};
}

}  // namespace

CheckResult shutdown_during_start(const Scenario& scenario, const Interrupted& interrupted) {
  const auto later = stop_later(scenario, interrupted);
  if (const auto* trouble = std::get_if<CheckResult>(&later)) return *trouble;
  const auto& [usual, ready_after] = std::get<LaterStop>(later);
  const Duration sweep = std::clamp(2 * ready_after, kLeastSweep, kMostSweep);
  const int points = depth(scenario, kQuickPoints, kPoints);
  const posix::Deadline enough(depth(scenario, kQuickMostForAll, kMostForAll));
  int done = 0, by_default = 0;
  // Every n-th point first, so that a daemon that takes long is met all over its start.
  constexpr int kStride = 7;  // No divisor of the number of points.
  for (int i = 0; i < points && !enough.has_passed(); ++i) {
    const Duration delay = sweep * (i * kStride % points) / points;
    Stage stage(scenario, interrupted);
    launch::Site* const site = stage.site();
    if (!site) return stage.trouble();
    const Leftovers leftovers(site->state());
    auto daemon = stage.start({.waits_until_ready = false});
    if (!daemon) return stage.trouble();
    posix::pause_for(delay);
    const Stop stop = stop_daemon(
        *daemon, {.window = scenario.window.length, .tell = tell_all, .waits_for_all = true},
        interrupted);
    if (stage.is_interrupted()) return stage.trouble();
    const std::string when = fmt::format("SIGTERM {} after its start", text_of(delay));
    if (!stop.all_in_window) {
      return failed(fmt::format("{}: alive {} later: {}", when, text_of(scenario.window),
                                fmt::join(stop.survivors, ", ")),
                    stop.evidence);
    }
    std::vector<std::string> more;
    const auto left = names_of(leftovers, site->state());
    std::ranges::set_difference(left, usual, std::back_inserter(more));
    if (!more.empty() && left.size() > usual.size()) {
      return failed(fmt::format("{}: leaves behind what a later one does not: {}", when,
                                fmt::join(more, ", ")),
                    log_evidence(*daemon));
    }
    ++done;
    by_default += stop.status && stop.status->was_signalled;
  }
  CheckResult result = passed(
      fmt::format("SIGTERM at {} instants of the first {} ends it, nothing stays behind; would "
                  "have caught one that lives on after {}",
                  done, text_of(sweep), text_of(scenario.window)));
  result.evidence = {
      fmt::format("{} of {} were ended by the signal itself, before a handler was "
                  "there; it is ready after {}",
                  by_default, done, text_of(ready_after))};
  return result;
}

}  // namespace watertight::rehearsals
