// SPDX-License-Identifier: Apache-2.0
#include "proc/process.h"
#include "rehearsals/start/background.h"
#include "rehearsals/start/checks.h"

#include <fmt/format.h>

#include <optional>

namespace watertight::rehearsals {

CheckResult start_session(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto started = start_in_background(stage);
  if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
  const auto& daemon = std::get<launch::Daemon>(started);
  const auto guard = proc::read_stat(daemon.guard_pid());
  std::optional<proc::Stat> main;
  const bool is_apart = stage.comes_true([&] {
    main = proc::read_stat(daemon.main().pid());
    return !guard || !main || main->session != guard->session;
  });
  if (stage.is_interrupted()) return stage.trouble();
  if (!guard || !main) return inconclusive("it ended while it was looked at");
  if (!is_apart) {
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
