// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/lock/life_checks.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <system_error>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;
/// Who looks after its file does so within this time, or once a minute as PostgreSQL.
constexpr Duration kMostToNotice = 1500ms, kQuickMostToNotice = 300ms;

/// What the daemon made of it; empty where nothing.
std::string wait_for_notice(launch::Daemon& daemon, const fs::path& path, Duration most) {
  const posix::Deadline deadline(most);
  while (!deadline.has_passed()) {
    if (daemon.main().wait_until_ended(posix::Deadline(10ms))) return "it notices, and ends";
    if (look_at_pid_file(path)) return "it notices, and makes the file anew";
  }
  return "";
}

}  // namespace

CheckResult lock_file_removed(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto first = stage.start();
  if (!first) return stage.trouble();
  wait_until_quiet(*first, kMostForQuiet);
  const fs::path path = first->scenario().pid_file;
  if (claims_among(live_processes(*first), path).empty())
    return not_applicable("it holds no lock on its PID file: see lock.held");
  std::error_code error;
  if (!fs::remove(path, error)) return not_applicable("its PID file cannot be removed");
  const std::string notice =
      wait_for_notice(*first, path, depth(scenario, kQuickMostToNotice, kMostToNotice));

  auto started = start_beside(stage);
  if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
  auto& second = std::get<launch::Daemon>(started);
  const Fate fate = follow(second, path, first->ready_after(), interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  const std::string name = path.filename();
  if (fate.is_gone || !first->is_alive()) {
    return passed(fmt::format("without {} there is one instance still{}{}; would have caught two",
                              name, notice.empty() ? "" : ": ", notice));
  }
  return failed(
      fmt::format("once somebody removes {} a second instance runs beside the first", name),
      describe_scene({&*first, &second}, path));
}

}  // namespace watertight::rehearsals
