// SPDX-License-Identifier: Apache-2.0
#include "posix/directory.h"
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

constexpr int kCrashes = 6, kQuickCrashes = 2;

std::vector<std::string> describe_leftovers(const launch::Site& site, const fs::path& pid_file) {
  const auto file = look_at_pid_file(pid_file);
  std::vector<std::string> lines{
      fmt::format("{}: {}", pid_file.native(), file ? file->describe() : "not there")};
  posix::for_each_name(site.state().native(), [&](std::string_view name) {
    if (name != "tmp" && name != pid_file.filename().native())
      lines.push_back(fmt::format("left in the folder: {}", name));
  });
  return lines;
}

CheckResult judge(const launch::LaunchFailure& failure, std::vector<std::string> leftovers,
                  Duration moment) {
  for (const std::string& line : failure.log_tail) leftovers.push_back("log: " + line);
  return failed(fmt::format("killed {} after its start it does not start again: {}",
                            text_of(moment), failure.message),
                std::move(leftovers));
}

}  // namespace

CheckResult lock_crash_recovery(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  std::vector<launch::Daemon> crashed;  // Kept: with them goes what they left behind.
  auto first = stage.start();
  if (!first) return stage.trouble();
  const Duration ready_after = first->ready_after();
  crashed.push_back(std::move(*first));

  launch::Site& site = *stage.site();
  const int crashes = depth(scenario, kQuickCrashes, kCrashes);
  Duration moment = ready_after;  // Of the crash before the start that is judged.
  for (int i = 0; i < crashes; ++i) {
    crashed.back().kill_all();
    const std::vector<std::string> leftovers = describe_leftovers(site, site.scenario().pid_file);
    auto started = site.start();
    if (stage.is_interrupted()) return stage.trouble();
    if (const auto* failure = std::get_if<launch::LaunchFailure>(&started)) {
      return judge(*failure, leftovers, moment);
    }
    crashed.push_back(std::move(std::get<launch::Daemon>(started)));
    if (i + 1 == crashes) break;

    // The next one is killed on its way to ready, earlier ones more often: that is where the file
    // is made.
    crashed.back().kill_all();
    auto early = stage.start({.waits_until_ready = false});
    if (!early) return stage.trouble();
    const double part = static_cast<double>(i) / crashes;
    moment = std::chrono::duration_cast<Duration>(ready_after * part * part);
    posix::pause_for(moment);
    crashed.push_back(std::move(*early));
  }
  return passed(fmt::format(
      "starts again after each of {} SIGKILLs between 0 and {} after its start; would have caught "
      "a leftover that blocks it",
      2 * crashes - 1, text_of(ready_after)));
}

}  // namespace watertight::rehearsals
