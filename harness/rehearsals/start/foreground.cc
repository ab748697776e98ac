// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/process.h"
#include "rehearsals/programs.h"
#include "rehearsals/stage.h"
#include "rehearsals/start/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostToLetGo = 500ms;
constexpr Duration kTimeToTell = 1s, kQuickTimeToTell = 500ms;

/// Options that leave no doubt.
constexpr std::array kStay{
    "--foreground",  "--keep-in-foreground", "--nodaemon",     "--no-daemon",
    "--nodaemonize", "--no-daemonize",       "--nofork",       "--no-fork",
    "--nodetach",    "--no-detach",          "--daemonize=no", "--daemon=no"};

/// The word that tells it to stay in the foreground; empty where there is none.
std::string_view told_to_stay(const Scenario& scenario) {
  const auto& command = scenario.command;
  for (std::size_t i = 1; i < command.size(); ++i) {
    const auto* word = std::ranges::find(kStay, command[i]);
    if (word != kStay.end()) return *word;
    if (command[i] == "no" && (command[i - 1] == "--daemonize" || command[i - 1] == "--daemon"))
      return command[i - 1] == "--daemon" ? "--daemon no" : "--daemonize no";
  }
  return {};
}

/// The daemon is another process than the one that was started.
CheckResult judge_other_main(launch::Daemon& daemon, std::string_view word) {
  if (daemon.launcher_exit(posix::Deadline(kMostToLetGo))) {
    if (word.empty()) return not_applicable("it puts itself in the background");
    return failed(fmt::format("told to stay in the foreground ({}) it goes to the background: its "
                              "supervisor takes that for its end, and starts it again",
                              word),
                  describe_instance(daemon));
  }
  const pid_t main = daemon.main().pid();
  const auto stat = proc::read_stat(main);
  CheckResult result = failed(
      fmt::format("the process that was started stays, and the daemon is another one, {}: signals "
                  "to the first do not reach it",
                  main),
      describe_instance(daemon));
  // A shell before the daemon is the work of who wrote the command.
  if (!stat || run_different_programs(main, stat->parent)) result.severity = Severity::kWarn;
  return result;
}

std::size_t kill_children(const launch::Daemon& daemon) {
  std::size_t count = 0;
  for (const pid_t pid : daemon.processes()) {
    const auto stat = proc::read_stat(pid);
    if (pid == daemon.main().pid() || !stat || stat->is_dead()) continue;
    const auto child = posix::ProcessHandle::open(pid);
    if (child && child->signal(SIGKILL)) ++count;
  }
  return count;
}

}  // namespace

CheckResult start_foreground(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  if (daemon->is_in_background()) return judge_other_main(*daemon, told_to_stay(scenario));

  const std::size_t killed = kill_children(*daemon);
  if (killed == 0)
    return passed(
        "the process that was started is the daemon, and has no child; would have caught one that "
        "forks away");
  daemon->main().wait_until_ended(
      posix::Deadline(scenario.is_quick ? kQuickTimeToTell : kTimeToTell));
  if (stage.is_interrupted()) return stage.trouble();
  const auto status = daemon->is_alive() ? std::nullopt : daemon->exit_status();
  const std::string children = count_of(killed, "child", "children");
  if (status && status->is_success()) {
    return failed(fmt::format("SIGKILL to its {} makes it exit with 0: its supervisor takes a "
                              "crash for a stop",
                              children),
                  log_evidence(*daemon));
  }
  return passed(
      fmt::format("the process that was started is the daemon; SIGKILL to its {}: it {}; "
                  "would have caught one that exits with 0",
                  children, status ? status->describe() : "goes on"));
}

}  // namespace watertight::rehearsals
