// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/lock/plant.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

namespace watertight::rehearsals {

namespace fs = std::filesystem;

CheckResult lock_pid_reuse(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  Bystander bystander(scenario);
  const fs::path path = site->scenario().pid_file;
  plant_file(path, fmt::format("{}\n", bystander.pid()), scenario);

  const auto started = site->start();
  if (stage.is_interrupted()) return stage.trouble();
  if (!bystander.is_alive()) {
    return failed(fmt::format("it signalled a stranger: {}, whose pid was in the PID file",
                              bystander.describe_end()),
                  {fmt::format("{} held {} before the start", path.native(), bystander.pid())});
  }
  const auto* failure = std::get_if<launch::LaunchFailure>(&started);
  if (!failure) {
    return passed(fmt::format(
        "starts though {} names pid {}, a live process that is not its own, and leaves that "
        "alone; would have caught a start that is refused",
        path.filename().native(), bystander.pid()));
  }
  Stage clean(scenario, interrupted);
  if (!clean.start()) return clean.trouble();
  std::vector<std::string> evidence{
      fmt::format("{} held {}, the pid of a sleep(1)", path.native(), bystander.pid())};
  for (const std::string& line : failure->log_tail) evidence.push_back("log: " + line);
  return failed(fmt::format("does not start while {} names a stranger, pid {} (sleep): {}",
                            path.filename().native(), bystander.pid(), failure->message),
                evidence);
}

}  // namespace watertight::rehearsals
