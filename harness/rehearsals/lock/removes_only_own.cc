// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/lock/plant.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;

}  // namespace

CheckResult lock_removes_only_own(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const std::filesystem::path path = daemon->scenario().pid_file;
  const auto own = look_at_pid_file(path);
  if (!own) return not_applicable("there is no PID file: see lock.content");

  Bystander successor(scenario);
  plant_file(path, fmt::format("{}\n", successor.pid()), scenario);
  const auto planted = look_at_pid_file(path);
  const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!stop.main_in_window) return inconclusive("it did not end inside the window", stop.evidence);
  if (!successor.is_alive()) {
    return failed(
        fmt::format("it signalled {}, whose pid was in the file", successor.describe_end()));
  }
  const std::string change = describe_change(planted, look_at_pid_file(path));
  if (change.empty()) {
    return passed(
        fmt::format("at SIGTERM it leaves {} to the instance that put its own there "
                    "(inode {} for {}); would have caught one that removes it",
                    path.filename().native(), planted->inode, own->inode));
  }
  return failed(fmt::format("at SIGTERM it takes the file of another instance: {} {}",
                            path.filename().native(), change),
                {fmt::format("its own file: {}", own->describe()),
                 fmt::format("moved over it while it ran: {}", planted->describe()),
                 fmt::format("after its end: {}", change)});
}

}  // namespace watertight::rehearsals
