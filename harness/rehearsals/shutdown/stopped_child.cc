// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/process.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;
constexpr auto kMostToStop = 1s;
/// Those who send SIGCONT after SIGTERM (sv(8), systemd.kill(5), s6-svc(8), killall5(8)).
constexpr std::array<std::string_view, 5> kContinuing = {"runit", "s6-init", "systemd",
                                                         "systemd-shutdown", "killall5"};

/// A child that has stopped; empty where there is none.
std::optional<pid_t> stop_a_child(const launch::Daemon& daemon) {
  for (const pid_t pid : daemon.processes()) {
    const auto stat = proc::read_stat(pid);
    const auto child = posix::ProcessHandle::open(pid);
    if (!stat || !child || stat->is_dead() || stat->parent != daemon.main().pid()) continue;
    child->signal(SIGSTOP);
    for (const posix::Deadline deadline(kMostToStop); !deadline.has_passed();
         posix::pause_for(1ms)) {
      const auto now = proc::read_stat(pid);
      if (!now || now->is_dead()) break;
      if (now->state == 'T') return pid;
    }
  }
  return std::nullopt;
}

/// Evidence: whether SIGCONT, as some init systems send it, would have helped.
std::string continue_all(const launch::Daemon& daemon, Duration patience) {
  for (const pid_t pid : daemon.processes())
    if (const auto process = posix::ProcessHandle::open(pid)) process->signal(SIGCONT);
  const posix::Deadline deadline(std::min<Duration>(patience, 2s));
  return daemon.main().wait_until_ended(deadline)
             ? "SIGCONT to all its processes, as systemd, runit and s6 send it, ends it"
             : "SIGCONT to all its processes does not end it either";
}

}  // namespace

CheckResult shutdown_stopped_child(const Scenario& scenario, const Interrupted& interrupted) {
  if (std::ranges::find(kContinuing, scenario.window.profile) != kContinuing.end())
    return not_applicable(scenario.window.profile + " sends SIGCONT after SIGTERM");
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const auto child = stop_a_child(*daemon);
  if (!child) return not_applicable("its main process has no child");

  const auto begin = posix::Clock::now();
  daemon->main().signal(SIGTERM);
  const Duration window = scenario.window.length;
  for (const posix::Deadline deadline(window); !deadline.has_passed() && !stage.is_interrupted();)
    if (daemon->main().wait_until_ended(posix::Deadline(20ms))) break;
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->main().has_ended()) {
    CheckResult result = failed(
        fmt::format("still alive {} after SIGTERM: it waits for its child {}, which is stopped",
                    text_of(scenario.window), *child),
        describe_instance(*daemon));
    result.evidence.push_back(continue_all(*daemon, window));
    return result;
  }
  const Duration time = daemon->reaped_at().value_or(posix::Clock::now()) - begin;
  const auto status = daemon->exit_status();
  if (status && status->is_crash())
    return failed("crashed on SIGTERM with a child that is stopped: " + status->describe(),
                  log_evidence(*daemon));
  return passed(
      fmt::format("SIGTERM ends it in {} though its child {} is stopped; would have caught one "
                  "that waits for it",
                  text_of(time), *child));
}

}  // namespace watertight::rehearsals
