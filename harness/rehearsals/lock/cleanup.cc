// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;

}  // namespace

CheckResult lock_cleanup(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const std::filesystem::path path = daemon->scenario().pid_file;
  if (!look_at_pid_file(path)) return not_applicable("there is no PID file: see lock.content");

  const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!stop.main_in_window) return inconclusive("it did not end inside the window", stop.evidence);
  const std::string how = stop.status ? stop.status->describe() : "ended";
  const auto left = look_at_pid_file(path);
  if (!left) {
    return passed(
        fmt::format("{} is gone when the daemon, at SIGTERM, {}; would have caught one "
                    "that stays",
                    path.filename().native(), how));
  }
  std::vector<std::string> evidence = hex_dump(left->bytes);
  evidence.insert(evidence.begin(), fmt::format("{}: {}", path.native(), left->describe()));
  for (std::string& line : log_evidence(*daemon)) evidence.push_back(std::move(line));
  return failed(fmt::format("{} is still there after the daemon, at SIGTERM, {}: it holds {}",
                            path.filename().native(), how, in_quotes(left->bytes)),
                evidence);
}

}  // namespace watertight::rehearsals
