// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/process.h"
#include "rehearsals/client.h"
#include "rehearsals/signals/state_checks.h"
#include "rehearsals/stage.h"
#include "stress/stress.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr Duration kOld = 5s, kQuickOld = 2s;
constexpr auto kMostForQuiet = 500ms;
constexpr auto kMostForWork = 2s;
constexpr std::uint64_t kOperations = 200, kQuickOperations = 50;

/// Dead children that a live process of the daemon has not waited for.
std::vector<proc::Stat> zombies_of(const launch::Daemon& daemon) {
  std::vector<proc::Stat> zombies;
  const std::vector<pid_t> all = daemon.processes();
  for (const pid_t pid : all) {
    const auto stat = proc::read_stat(pid);
    if (!stat || !stat->is_dead() || std::ranges::find(all, stat->parent) == all.end()) continue;
    const auto parent = proc::read_stat(stat->parent);
    if (parent && !parent->is_dead()) zombies.push_back(*stat);
  }
  return zombies;
}

std::uint64_t work(launch::Daemon& daemon, const Scenario& scenario,
                   const Interrupted& interrupted) {
  if (answered(scenario.stress).empty()) return 0;
  stress::Workload load(daemon, answered(daemon.scenario().stress));
  const posix::Deadline deadline(kMostForWork);
  return load
      .next_round(depth(scenario, kQuickOperations, kOperations), std::nullopt,
                  [&] { return deadline.has_passed() || (interrupted && interrupted() != 0); })
      .attempted;
}

}  // namespace

CheckResult signals_old_zombies(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  Client client(*daemon);
  const std::uint64_t operations = work(*daemon, scenario, interrupted);
  wait_until_quiet(*daemon, kMostForQuiet);
  const Duration old = depth(scenario, kQuickOld, kOld);
  std::vector<proc::Stat> zombies = zombies_of(*daemon);
  if (!zombies.empty()) {
    const posix::Deadline deadline(old);
    while (!deadline.has_passed() && !stage.is_interrupted() && !zombies_of(*daemon).empty())
      daemon->main().wait_until_ended(posix::Deadline(50ms));
    client.complaint(interrupted, 1s);  // Some reap when there is something else to do.
    wait_until_quiet(*daemon, kMostForQuiet);
    const std::vector<proc::Stat> now = zombies_of(*daemon);
    std::erase_if(zombies, [&now](const proc::Stat& one) {
      return std::ranges::find(now, one.id(), &proc::Stat::id) == now.end();
    });
  }
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->is_alive()) return inconclusive("it ended: see daemon.responsive");
  const std::string after = count_of(operations, "operation", "operations");
  if (zombies.empty()) {
    return passed(
        fmt::format("no zombie after {}; would have caught a child that nobody waits for "
                    "within {}",
                    after, text_of(old)));
  }
  std::vector<std::string> evidence;
  for (const proc::Stat& one : zombies)
    evidence.push_back(fmt::format("zombie {} ({}), child of {} ({})", one.pid, one.comm,
                                   one.parent, proc::describe_process(one.parent)));
  return failed(fmt::format("{} that ended has been waited for by nobody for {}, after {}",
                            count_of(zombies.size(), "child", "children"), text_of(old), after),
                std::move(evidence));
}

}  // namespace watertight::rehearsals
