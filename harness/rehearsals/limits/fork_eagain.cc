// SPDX-License-Identifier: Apache-2.0
#include "launch/shell.h"
#include "proc/process.h"
#include "rehearsals/limits/checks.h"
#include "rehearsals/limits/shortage.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostToSet = 5s;

/// A line of shell that sets the soft limit of every process that is held to it; empty: there is
/// none, for root may start as many as the machine holds.
std::string set_line(const launch::Daemon& daemon, const std::string& soft) {
  std::string line;
  for (const pid_t pid : daemon.processes()) {
    const auto status = proc::read_status(pid);
    if (!status || status->user == 0 || status->state == 'Z') continue;
    line += fmt::format("{}prlimit --pid {} --nproc={}:", line.empty() ? "" : " && ", pid, soft);
  }
  return line;
}

std::string soft_limit_of(pid_t pid) {
  const auto text = proc::read_limits(pid);
  const auto soft = text ? proc::parse_limit(*text, "Max processes") : std::nullopt;
  return soft ? std::to_string(*soft) : "unlimited";
}

}  // namespace

CheckResult limits_fork_eagain(const Scenario& scenario, const Interrupted& interrupted) {
  // By a process of the daemon's own user: another one, root without CAP_SYS_RESOURCE too, may not.
  const auto run = [&](launch::Daemon& daemon, const std::string& line) {
    launch::Command command;
    command.environment = posix::current_environment();
    command.user = scenario.user;
    return launch::run_shell(daemon.workbench(), command, line, kMostToSet, interrupted);
  };
  std::string before;
  Shortage shortage{.of = "processes (EAGAIN)"};
  shortage.begin = [&](launch::Daemon& daemon) -> std::optional<std::string> {
    before = soft_limit_of(daemon.main().pid());
    const std::string line = set_line(daemon, "0");
    if (line.empty())
      return "it runs as root, whom RLIMIT_NPROC does not hold: give it another user";
    if (const auto trouble = run(daemon, line)) return "its limit is not ours to set: " + *trouble;
    return std::nullopt;
  };
  shortage.end = [&](launch::Daemon& daemon) { run(daemon, set_line(daemon, before)); };
  return withstand(scenario, interrupted, shortage);
}

}  // namespace watertight::rehearsals
