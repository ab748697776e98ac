// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/process.h"
#include "proc/schedstat.h"
#include "rehearsals/client.h"
#include "rehearsals/limits/checks.h"
#include "rehearsals/stage.h"
#include "stress/stress.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr Duration kIdle = 2s, kQuickIdle = 500ms;
constexpr auto kMostForClients = 500ms;
constexpr auto kMostToRest = 1s;
constexpr std::uint64_t kClients = 64;
constexpr double kMostCpu = 0.05, kMostWakeUps = 200;

/// Used since the start, by all processes.
struct Cost {
  std::chrono::duration<double> cpu{};
  std::uint64_t waits = 0;  ///< Times that a thread went to sleep.
};

Cost cost_of(const launch::Daemon& daemon) {
  Cost cost;
  for (const pid_t pid : daemon.processes()) {
    for (const auto& [thread, demand] : proc::read_cpu_demand(pid)) cost.cpu += demand.ran;
    const auto threads = proc::read_thread_activity(pid);
    for (const auto& thread : threads.value_or(std::vector<proc::ThreadActivity>{}))
      cost.waits += thread.waits;
  }
  return cost;
}

/// Clients as the scenario has them, and others who hang up before there is an answer.
std::vector<Stress> all_manners(std::vector<Stress> stress) {
  for (Stress& one : stress)
    if (one.kind == Stress::Kind::kTcp || one.kind == Stress::Kind::kUnix)
      one.manners = {Manner::kPolite, Manner::kEarlyClose, Manner::kReset, Manner::kHalfClose};
  return stress;
}

}  // namespace

CheckResult limits_idle_cost(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  {
    stress::Workload clients(*daemon, all_manners(answered(daemon->scenario().stress)));
    const posix::Deadline deadline(kMostForClients);
    clients.next_round(kClients, std::nullopt,
                       [&] { return stage.is_interrupted() || deadline.has_passed(); });
  }
  wait_until_quiet(*daemon, kMostToRest);
  const Cost before = cost_of(*daemon);
  const auto begin = posix::Clock::now();
  daemon->main().wait_until_ended(posix::Deadline(scenario.is_quick ? kQuickIdle : kIdle));
  const Cost after = cost_of(*daemon);
  const std::chrono::duration<double> time = posix::Clock::now() - begin;
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->is_alive()) return inconclusive("it ended while nobody asked it for anything");

  const double cpu = (after.cpu - before.cpu) / time;
  const double wake_ups =
      static_cast<double>(after.waits - std::min(after.waits, before.waits)) / time.count();
  const std::string words =
      fmt::format("{:.1f} % of a CPU and {:.0f} wake-ups a second", 100 * cpu, wake_ups);
  if (cpu > kMostCpu || wake_ups > kMostWakeUps)
    return failed("with nobody there, after clients have come and gone, it takes " + words,
                  describe_hang(*daemon));
  return passed(fmt::format("at rest it takes {}; would have caught {:.0f} % or {:.0f}", words,
                            100 * kMostCpu, kMostWakeUps));
}

}  // namespace watertight::rehearsals
