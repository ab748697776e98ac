// SPDX-License-Identifier: Apache-2.0
#include "posix/file.h"
#include "proc/process.h"
#include "rehearsals/limits/bursts.h"
#include "rehearsals/limits/checks.h"

#include <fmt/format.h>

#include <bit>
#include <string_view>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPatience = 1s, kQuickPatience = 500ms;

/// Each has a line that begins so in /proc/PID/timers.
std::optional<double> count_timers(pid_t pid) {
  const auto text = posix::read_file(fmt::format("/proc/{}/timers", pid));
  if (!text) return std::nullopt;
  constexpr std::string_view kTimer = "ID: ";
  double count = 0;
  for (std::size_t at = text->find(kTimer); at != std::string::npos;
       at = text->find(kTimer, at + 1))
    ++count;
  return count;
}

Counts count_kernel_objects(const launch::Daemon& daemon) {
  Counts counts;
  for (const pid_t pid : daemon.processes()) {
    counts["POSIX timers"] += count_timers(pid).value_or(0);
    if (const auto status = proc::read_status(pid))
      counts["pending signals"] += std::popcount(status->pending);
  }
  return counts;
}

}  // namespace

CheckResult limits_kernel_side(const Scenario& scenario, const Interrupted& interrupted) {
  if (!count_timers(posix::own_pid()))
    return not_applicable("this kernel does not tell of timers (CONFIG_CHECKPOINT_RESTORE)");
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const Bursts bursts = let_bursts_come(
      *daemon, [&daemon] { return count_kernel_objects(*daemon); },
      scenario.is_quick ? kQuickPatience : kPatience, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  return judge_bursts(bursts, *daemon, "one timer_create(2) that stays each time");
}

}  // namespace watertight::rehearsals
