// SPDX-License-Identifier: Apache-2.0
#include "probe/resource.h"
#include "probe/sampler.h"
#include "rehearsals/limits/bursts.h"
#include "rehearsals/limits/checks.h"

#include <array>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;
using probe::Resource;

constexpr Duration kPatience = 1s, kQuickPatience = 500ms;

/// What a client may need, and leaves with it. Memory is judged where there is time for that, by
/// growth.rss and growth.heap.
constexpr std::array kCounted{
    Resource::kFds,       Resource::kThreads,      Resource::kChildren,
    Resource::kZombies,   Resource::kDeletedFiles, Resource::kUnjoinedThreads,
    Resource::kCloseWait, Resource::kLocks,        Resource::kInner};

Counts count_all(probe::Sampler& sampler) {
  const probe::Sample sample = sampler.take(0, 0, probe::Sampler::Depth::kWide);
  Counts counts;
  for (const Resource resource : kCounted)
    if (sample[resource])
      counts.emplace(std::string(probe::traits(resource).title), *sample[resource]);
  return counts;
}

}  // namespace

CheckResult limits_baseline_return(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  probe::Sampler sampler(
      {.root = daemon->guard_pid(), .main = daemon->main().pid(), .state = stage.site()->state()});
  const Bursts bursts = let_bursts_come(
      *daemon, [&sampler] { return count_all(sampler); },
      scenario.is_quick ? kQuickPatience : kPatience, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  return judge_bursts(bursts, *daemon, "one descriptor, thread or process that stays each time");
}

}  // namespace watertight::rehearsals
