// SPDX-License-Identifier: Apache-2.0
#include "launch/guard.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/latency.h"
#include "rehearsals/stage.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <thread>

namespace watertight::rehearsals {
namespace {

constexpr unsigned kCompetitorsPerCpu = 8;
constexpr std::size_t kStops = 3, kQuickStops = 1;

unsigned cpus() { return std::max(1u, std::thread::hardware_concurrency()); }

/// Processes that want all the CPU there is and do not hear SIGTERM, as daemons that clean up. Each
/// has a session of its own: the scheduler shares the CPU among sessions first (sched(7),
/// autogroup), so that competitors of one session would count as one.
class Competitors {
 public:
  explicit Competitors(unsigned count) : guard_(launch::Guard::start({})) {
    launch::Command command;
    command.arguments = {"/usr/bin/setsid", "/bin/sh", "-c", "trap '' TERM; while :; do :; done"};
    command.environment = posix::current_environment();
    for (unsigned i = 0; i < count; ++i) {
      auto spawned = guard_.spawn(command);
      if (const auto* failure = std::get_if<launch::SpawnFailure>(&spawned))
        throw HarnessError("start a competitor", failure->message, 0);
    }
  }

 private:
  launch::Guard guard_;  ///< Ends them.
};

}  // namespace

CheckResult shutdown_contended(const Scenario& scenario, const Interrupted& interrupted) {
  const unsigned competitors = kCompetitorsPerCpu * cpus();
  const auto predict = [&](Duration cpu) { return cpu * (competitors + 1) / cpus(); };
  const auto tell_prediction = [&](Duration cpu) {
    return fmt::format(
        "used {} of CPU between SIGTERM and exit; with {} competitors on {} CPUs "
        "that is {}",
        text_of(cpu), competitors, cpus(), text_of(predict(cpu)));
  };
  Latencies latencies;
  while (latencies.count() < depth(scenario, kQuickStops, kStops)) {
    Stage stage(scenario, interrupted);
    auto daemon = stage.start();
    if (!daemon) return stage.trouble();
    const Competitors others(competitors);
    const Stop stop = stop_daemon(*daemon, scenario.window, interrupted);
    if (stage.is_interrupted()) return stage.trouble();
    if (!stop.main_in_window) {
      CheckResult result =
          failed(fmt::format("still alive {} after SIGTERM beside {} competitors for {} CPUs",
                             text_of(scenario.window), competitors, cpus()),
                 stop.evidence);
      result.evidence.insert(result.evidence.begin(), tell_prediction(stop.cpu));
      return result;
    }
    latencies.add(stop);
  }
  CheckResult result = passed(
      fmt::format("ends in {} beside {} competitors for {} CPUs; would have caught more than {}",
                  text_of(latencies.longest()), competitors, cpus(), text_of(scenario.window)));
  result.evidence = {latencies.describe(), tell_prediction(latencies.most_cpu()),
                     latencies.describe_profiles()};
  return result;
}

}  // namespace watertight::rehearsals
