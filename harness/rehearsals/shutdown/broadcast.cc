// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/latency.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// An init that is preempted between two signals.
constexpr auto kPreemption = 2ms;
constexpr int kRounds = 3, kQuickRounds = 1;

/// Main process first.
std::vector<pid_t> main_first(const launch::Daemon& daemon) {
  std::vector<pid_t> processes = daemon.processes();
  std::ranges::stable_partition(processes,
                                [&daemon](pid_t pid) { return pid == daemon.main().pid(); });
  return processes;
}

void send(const std::vector<pid_t>& processes, int number, posix::Clock::duration gap = {}) {
  for (const pid_t pid : processes) {
    const auto process = posix::ProcessHandle::open(pid);
    if (process) process->signal(number);
    if (gap > 0s && pid != processes.back()) posix::pause_for(gap);
  }
}

void tell_main_first(const launch::Daemon& daemon) { send(main_first(daemon), SIGTERM); }

void tell_children_first(const launch::Daemon& daemon) {
  std::vector<pid_t> processes = main_first(daemon);
  std::ranges::reverse(processes);
  send(processes, SIGTERM, kPreemption);
}

/// killall5(8), systemd-shutdown(8).
void stop_tell_continue(const launch::Daemon& daemon) {
  const std::vector<pid_t> processes = main_first(daemon);
  send(processes, SIGSTOP);
  send(processes, SIGTERM);
  send(processes, SIGCONT);
}

struct Order {
  std::string_view name;
  void (*tell)(const launch::Daemon&);
};
constexpr Order kOrders[] = {{"main process first", tell_main_first},
                             {"children first", tell_children_first},
                             {"STOP all, TERM all, CONT all", stop_tell_continue}};

}  // namespace

CheckResult shutdown_broadcast(const Scenario& scenario, const Interrupted& interrupted) {
  Latencies latencies;
  std::size_t most_processes = 0;
  const int rounds = depth(scenario, kQuickRounds, kRounds);
  for (int round = 0; round < rounds; ++round) {
    for (const Order& order : kOrders) {
      Stage stage(scenario, interrupted);
      auto daemon = stage.start();
      if (!daemon) return stage.trouble();
      most_processes = std::max(most_processes, daemon->processes().size());
      const Stop stop = stop_daemon(
          *daemon, {.window = scenario.window.length, .tell = order.tell, .waits_for_all = true},
          interrupted);
      if (stage.is_interrupted()) return stage.trouble();
      if (!stop.all_in_window) {
        return failed(
            fmt::format("alive {} after SIGTERM to all processes ({}): {}",
                        text_of(scenario.window), order.name, fmt::join(stop.survivors, ", ")),
            stop.evidence);
      }
      if (stop.status && stop.status->is_crash()) {
        return failed(fmt::format("crashed on SIGTERM to all processes ({}): {}", order.name,
                                  stop.status->describe()),
                      log_evidence(*daemon));
      }
      latencies.add(stop);
    }
  }
  CheckResult result = passed(fmt::format(
      "SIGTERM to all at once, in {} orders, ends its {}; would have caught a survivor or a "
      "newborn after {}",
      std::size(kOrders), count_of(most_processes, "process", "processes"),
      text_of(scenario.window)));
  result.evidence = {latencies.describe()};
  return result;
}

}  // namespace watertight::rehearsals
