// SPDX-License-Identifier: Apache-2.0
#include "proc/files.h"
#include "rehearsals/limits/bursts.h"
#include "rehearsals/limits/checks.h"

#include <string_view>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPatience = 1s, kQuickPatience = 500ms;
constexpr std::string_view kPrefix = "anon_inode:";

/// Epolls, eventfds, timerfds, signalfds, inotifies, pidfds, rings: by the kernel's name for them.
Counts count_kinds(const launch::Daemon& daemon) {
  Counts counts;
  for (const pid_t pid : daemon.processes()) {
    const auto files = proc::read_open_files(pid);
    for (const proc::OpenFile& file : files.value_or(std::vector<proc::OpenFile>{}))
      if (file.target.starts_with(kPrefix)) ++counts[file.target.substr(kPrefix.size())];
  }
  return counts;
}

}  // namespace

CheckResult limits_anon_inodes(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const Bursts bursts = let_bursts_come(
      *daemon, [&daemon] { return count_kinds(*daemon); },
      scenario.is_quick ? kQuickPatience : kPatience, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  return judge_bursts(bursts, *daemon, "one timerfd, eventfd or epoll that stays each time");
}

}  // namespace watertight::rehearsals
