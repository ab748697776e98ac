// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/process.h"
#include "rehearsals/client.h"
#include "rehearsals/signals/checks.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 1s;
constexpr auto kMostToStop = 1s;
constexpr auto kMostToReap = 2s;

/// A child of the main process, in that state of its life.
std::vector<proc::ProcessId> children_of(const launch::Daemon& daemon, bool are_dead) {
  std::vector<proc::ProcessId> children;
  for (const pid_t pid : daemon.processes()) {
    const auto stat = proc::read_stat(pid);
    if (stat && stat->parent == daemon.main().pid() && stat->is_dead() == are_dead)
      children.push_back(stat->id());
  }
  return children;
}

/// Of those that were killed, who is a zombie still.
std::vector<proc::ProcessId> zombies_among(const std::vector<proc::ProcessId>& killed,
                                           const launch::Daemon& daemon) {
  std::vector<proc::ProcessId> zombies = children_of(daemon, true);
  std::erase_if(zombies, [&](const proc::ProcessId& id) {
    return std::ranges::find(killed, id) == killed.end();
  });
  return zombies;
}

template <typename Condition>
void wait_until(Condition is_met, Duration most) {
  const posix::Deadline deadline(most);
  while (!is_met() && !deadline.has_passed()) posix::pause_for(2ms);
}

/// All at once, as far as the main process can tell: it stands still until they are dead.
void kill_together(const launch::Daemon& daemon, const std::vector<proc::ProcessId>& children) {
  daemon.main().signal(SIGSTOP);
  wait_until(
      [&] {
        const auto stat = proc::read_stat(daemon.main().pid());
        return !stat || stat->state == 'T';
      },
      kMostToStop);
  for (const proc::ProcessId& id : children)
    if (const auto child = posix::ProcessHandle::open(id.pid)) child->signal(SIGKILL);
  wait_until([&] { return zombies_among(children, daemon).size() == children.size(); },
             kMostToStop);
  daemon.main().signal(SIGCONT);
}

}  // namespace

CheckResult signals_sigchld(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  Client client(*daemon);
  // Ready is not done: nginx listens before it has all its workers.
  wait_until_quiet(*daemon, kMostForQuiet);
  const std::vector<proc::ProcessId> children = children_of(*daemon, false);
  if (children.size() < 2)
    return not_applicable("it has less than two children, whose deaths could meet");
  kill_together(*daemon, children);
  const auto all_are_reaped = [&] {
    return stage.is_interrupted() || zombies_among(children, *daemon).empty();
  };
  wait_until(all_are_reaped, kMostToReap);
  client.complaint(interrupted, 1s);  // Some reap when there is something else to do.
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->is_alive()) return not_applicable("it ends when its children are killed");
  const std::vector<proc::ProcessId> left = zombies_among(children, *daemon);
  if (left.empty()) {
    return passed(
        fmt::format("reaps {} children that died in one instant; would have caught one that waits "
                    "for one child a SIGCHLD",
                    children.size()));
  }
  return failed(fmt::format("{} of {} children that died in one instant are zombies {} later: "
                            "one SIGCHLD stands for several deaths",
                            left.size(), children.size(), text_of(kMostToReap)),
                describe_instance(*daemon));
}

}  // namespace watertight::rehearsals
