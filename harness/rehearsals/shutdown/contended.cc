// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/competitors.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/latency.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace watertight::rehearsals {
namespace {

constexpr unsigned kCompetitorsPerCpu = 8;
constexpr std::size_t kStops = 3, kQuickStops = 1;

unsigned cpus() { return std::max(1u, std::thread::hardware_concurrency()); }

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
    StopPlan plan = plan_of(scenario.window);
    plan.counts_competition = true;
    const Stop stop = stop_daemon(*daemon, plan, interrupted);
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
