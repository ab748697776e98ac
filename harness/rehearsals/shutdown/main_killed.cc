// SPDX-License-Identifier: Apache-2.0
#include "launch/tree_sockets.h"
#include "posix/clock.h"
#include "proc/process.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <set>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// The rest notices by the end of a pipe, or by a look every second.
constexpr auto kMostToNotice = 2s;
constexpr auto kMostForQuiet = 200ms;
constexpr auto kMostToListen = 1s;

std::set<std::string> sockets_of(const std::vector<pid_t>& processes) {
  std::set<std::string> sockets;
  for (const proc::SocketFact& socket : launch::listeners_of(processes))
    sockets.insert(launch::describe(socket));
  return sockets;
}

std::vector<pid_t> live(const launch::Daemon& daemon) {
  std::vector<pid_t> processes = daemon.processes();
  std::erase_if(processes, [](pid_t pid) {
    const auto stat = proc::read_stat(pid);
    return !stat || stat->is_dead();
  });
  return processes;
}

std::vector<std::string> describe(const std::vector<pid_t>& processes) {
  std::vector<std::string> lines;
  for (const pid_t pid : processes) {
    const auto sockets = sockets_of({pid});
    lines.push_back(fmt::format(
        "{} {}{}", pid, proc::describe_process(pid),
        sockets.empty() ? "" : fmt::format(" (listens on {})", fmt::join(sockets, ", "))));
  }
  return lines;
}

/// Why a new instance is no use beside what is left of the last one; empty where it is. Who answers
/// at a port that it waits for may be a survivor: it has to listen there itself.
std::optional<std::string> find_obstacle(Stage& stage, const std::set<std::string>& served) {
  auto again = stage.site()->start({.meets_taken_ports = true});
  if (const auto* failure = std::get_if<launch::LaunchFailure>(&again)) return failure->message;
  const launch::Daemon& daemon = std::get<launch::Daemon>(again);
  for (const posix::Deadline deadline(kMostToListen); !stage.is_interrupted();
       posix::pause_for(10ms)) {
    const auto sockets = sockets_of(daemon.processes());
    if (std::ranges::includes(sockets, served)) return std::nullopt;
    if (!deadline.has_passed() && daemon.is_alive()) continue;
    return fmt::format("it does not get {}", fmt::join(served, ", "));
  }
  return std::nullopt;
}

}  // namespace

CheckResult shutdown_main_killed(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const std::size_t processes = live(*daemon).size();
  if (processes <= 1) return not_applicable("it is one process");
  const std::size_t others = processes - 1;

  const std::set<std::string> served = sockets_of(daemon->processes());
  const auto begin = posix::Clock::now();
  daemon->main().signal(SIGKILL);
  for (const posix::Deadline deadline(kMostToNotice);
       daemon->has_processes() && !deadline.has_passed() && !stage.is_interrupted();)
    posix::pause_for(5ms);
  const Duration time = posix::Clock::now() - begin;
  if (stage.is_interrupted()) return stage.trouble();
  const std::vector<pid_t> survivors = live(*daemon);
  if (survivors.empty()) {
    return passed(
        fmt::format("killed, it takes its {} along, in {}; would have caught one that "
                    "outlives it by {}",
                    count_of(others, "other process", "other processes"), text_of(time),
                    text_of(kMostToNotice)));
  }
  const auto evidence = describe_instance(*daemon);
  const auto obstacle = find_obstacle(stage, served);
  if (stage.is_interrupted()) return stage.trouble();
  CheckResult result =
      failed(fmt::format("{} of {} outlive SIGKILL of the main one by {}: {}", survivors.size(),
                         count_of(others, "other process", "other processes"),
                         text_of(kMostToNotice), fmt::join(describe(survivors), ", ")),
             evidence);
  if (obstacle) {
    result.summary += "; a new instance does not start";
    result.evidence.insert(result.evidence.begin(), "a new instance: " + *obstacle);
  } else {
    result.severity = Severity::kWarn;
    result.evidence.insert(result.evidence.begin(), "a new instance starts beside them");
  }
  return result;
}

}  // namespace watertight::rehearsals
