// SPDX-License-Identifier: Apache-2.0
#include "proc/process.h"
#include "rehearsals/stage.h"
#include "rehearsals/start/checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace watertight::rehearsals {
namespace {

constexpr std::array kShells{"sh", "bash", "dash", "zsh", "ksh", "busybox"};

/// What stands beside the daemon, in words.
std::vector<std::string> strays_of(const launch::Daemon& daemon) {
  std::vector<std::string> strays;
  std::vector<std::string> roots;
  for (const pid_t pid : daemon.processes()) {
    const auto stat = proc::read_stat(pid);
    if (!stat) continue;
    const std::string name = fmt::format("pid {} ({})", pid, stat->comm);
    const bool is_main = pid == daemon.main().pid();
    if (stat->is_dead()) {
      strays.push_back(fmt::format("{} has ended and nobody waits for it", name));
    } else if (!is_main && std::ranges::find(kShells, stat->comm) != kShells.end()) {
      strays.push_back(fmt::format("the shell {}", name));
    } else if (stat->parent == daemon.guard_pid()) {
      roots.push_back(name);
    }
  }
  if (roots.size() > 1)
    strays.push_back(fmt::format("{} trees: {}", roots.size(), fmt::join(roots, ", ")));
  return strays;
}

}  // namespace

CheckResult start_one_tree(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  let_rest(*daemon);  // A helper of its start may be at work still, and a zombie when it is done.
  std::vector<std::string> strays;
  const bool is_one = stage.comes_true([&] { return (strays = strays_of(*daemon)).empty(); });
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->is_alive()) return inconclusive("it ended while it was looked at");
  if (!is_one) {
    return failed(fmt::format("its start leaves more than the daemon: {}", fmt::join(strays, "; ")),
                  describe_instance(*daemon));
  }
  return passed(fmt::format(
      "is one tree of {}, without shells and zombies; would have caught a process beside it",
      count_of(daemon->processes().size(), "process", "processes")));
}

}  // namespace watertight::rehearsals
