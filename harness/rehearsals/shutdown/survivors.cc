// SPDX-License-Identifier: Apache-2.0
#include "launch/tree_sockets.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
CheckResult shutdown_survivors(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const std::size_t processes = daemon->processes().size();
  std::vector<std::string> ports;
  for (const proc::SocketFact& socket : launch::listeners_of(daemon->processes()))
    ports.push_back(launch::describe(socket));

  const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!stop.main_in_window) return inconclusive("it did not end in the window; see shutdown.idle");
  if (!stop.survivors.empty()) {
    CheckResult result =
        failed(fmt::format("{} of {} processes live on {} after the main process has ended: {}",
                           stop.survivors.size(), processes, text_of(kGrace),
                           fmt::join(stop.survivors, ", ")),
               stop.evidence);
    result.timeline = timeline_of(stop);
    if (!ports.empty())
      result.evidence.push_back(fmt::format("served before: {}", fmt::join(ports, ", ")));
    return result;
  }
  return passed(fmt::format("of {} none lives on {} after the main one; would have caught one",
                            count_of(processes, "process", "processes"), text_of(kGrace)));
}

}  // namespace watertight::rehearsals
