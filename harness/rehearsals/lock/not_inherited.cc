// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/stage.h"
#include "stress/quiescence.h"

#include <fmt/format.h>

#include <csignal>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;
/// Children that notice the end of their parent do so by now; init starts again not much later.
constexpr auto kMostToNotice = 500ms;

CheckResult judge_alone(const Holder& holder) {
  if (!holder.lock.closes_on_exec) {
    return passed(fmt::format("no other process has it; a program that pid {} executes would: {}",
                              holder.pid, holder.describe()));
  }
  return passed(
      fmt::format("pid {} holds {}, closed on exec, and has no children; would have "
                  "caught one that keeps it",
                  holder.pid, holder.describe()));
}

}  // namespace

CheckResult lock_not_inherited(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  const auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const auto processes = [&daemon] { return daemon->processes(); };
  stress::wait_until_quiet(processes, kMostForQuiet);

  const fs::path path = daemon->scenario().pid_file;
  const std::vector<pid_t> live = live_processes(*daemon);
  const std::vector<Holder> holders = holders_among(live);
  if (holders.empty()) return not_applicable("no process holds a lock: see lock.held");
  if (live.size() == 1) return judge_alone(holders.front());

  daemon->main().signal(SIGKILL);
  daemon->main().wait_until_ended(posix::Deadline(kMostToNotice));
  stress::wait_until_quiet(processes, kMostToNotice);
  const std::vector<pid_t> left = live_processes(*daemon);
  const std::vector<Holder> heirs = holders_among(left);
  std::vector<std::string> evidence = describe_scene({&*daemon}, path);

  const auto again = stage.site()->start({.has_own_ports = true});
  if (std::holds_alternative<launch::Daemon>(again)) {
    return passed(
        fmt::format("after SIGKILL of the main process {} of {} others are left, {} with "
                    "a lock, and a new instance starts; would have caught one that "
                    "does not",
                    left.size(), live.size() - 1, heirs.size()));
  }
  if (stage.is_interrupted()) return stage.trouble();
  if (heirs.empty()) {
    return not_applicable(
        "it does not start again after SIGKILL, but no process holds a lock: see "
        "lock.crash_recovery");
  }
  const auto& failure = std::get<launch::LaunchFailure>(again);
  evidence.push_back(failure.message);
  for (const std::string& line : failure.log_tail) evidence.push_back("log: " + line);
  return failed(fmt::format("after SIGKILL of the main process pid {} holds {}, and no new "
                            "instance starts",
                            heirs.front().pid, heirs.front().describe()),
                evidence);
}

}  // namespace watertight::rehearsals
