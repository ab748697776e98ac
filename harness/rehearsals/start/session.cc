// SPDX-License-Identifier: Apache-2.0
#include "proc/process.h"
#include "rehearsals/start/background.h"
#include "rehearsals/start/checks.h"

#include <fmt/format.h>

namespace watertight::rehearsals {

CheckResult start_session(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto started = start_in_background(stage);
  if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
  const auto& daemon = std::get<launch::Daemon>(started);
  const auto guard = proc::read_stat(daemon.guard_pid());
  const auto main = proc::read_stat(daemon.main().pid());
  if (!guard || !main) return inconclusive("it ended while it was looked at");
  if (main->session == guard->session) {
    return failed(fmt::format("is in the background, and in the session of who started it ({}): "
                              "the hang-up of that terminal ends it",
                              main->session),
                  describe_instance(daemon));
  }
  CheckResult result =
      passed("has a session of its own; would have caught one that a terminal's hang-up ends");
  result.evidence = {main->session == main->pid
                         ? "it leads its session: a terminal that it opens becomes its own"
                         : "it does not lead its session, so no terminal can become its own"};
  return result;
}

}  // namespace watertight::rehearsals
