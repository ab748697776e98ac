// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/process.h"
#include "proc/tree.h"
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

constexpr auto kMostToBegin = 1s;
constexpr auto kMostForQuiet = 500ms;
constexpr Duration kMostToEnd = 5s, kQuickMostToEnd = 2s;

using Generation = std::set<proc::ProcessId>;

/// Processes that live, the main one apart.
Generation workers_of(const launch::Daemon& daemon) {
  Generation workers;
  for (const pid_t pid : daemon.processes()) {
    const auto stat = proc::read_stat(pid);
    if (stat && !stat->is_dead() && pid != daemon.main().pid()) workers.insert(stat->id());
  }
  return workers;
}

bool has_new_ones(const Generation& old, const Generation& now) {
  return std::ranges::any_of(now, [&](const proc::ProcessId& id) { return !old.contains(id); });
}

std::vector<std::string> those_of(const Generation& old, const Generation& now) {
  std::vector<std::string> left;
  for (const proc::ProcessId& id : now)
    if (old.contains(id))
      left.push_back(fmt::format("{} {}", id.pid, proc::describe_process(id.pid)));
  return left;
}

}  // namespace

CheckResult reload_old_ends(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const Generation old = workers_of(*daemon);
  if (old.empty()) return not_applicable("it has no process beside the main one");

  daemon->main().signal(SIGHUP);
  const posix::Deadline beginning(kMostToBegin);
  while (!has_new_ones(old, workers_of(*daemon)) && !beginning.has_passed() && daemon->is_alive() &&
         !stage.is_interrupted())
    posix::pause_for(5ms);
  const bool is_renewed = has_new_ones(old, workers_of(*daemon));
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->is_alive()) return judge_end(*daemon, 1);
  if (!is_renewed) return not_applicable("a reload starts no new process");

  const posix::Deadline deadline(scenario.is_quick ? kQuickMostToEnd : kMostToEnd);
  // Some stay as long as the daemon does (a logger, a cache): only where nothing has gone is it
  // told.
  std::vector<std::string> left;
  while (!(left = those_of(old, workers_of(*daemon))).empty() && !deadline.has_passed() &&
         !stage.is_interrupted())
    posix::pause_for(10ms);
  if (stage.is_interrupted()) return stage.trouble();
  if (left.size() == old.size())
    return failed(fmt::format("a reload starts new processes, and the old ones stay: {}",
                              fmt::join(left, ", ")),
                  describe_instance(*daemon));
  CheckResult result = passed(
      fmt::format("{} of {} went after a reload; would have caught a generation that stays",
                  old.size() - left.size(), count_of(old.size(), "old process", "old processes")));
  for (const std::string& one : left) result.evidence.push_back("stays: " + one);
  return result;
}

}  // namespace watertight::rehearsals
