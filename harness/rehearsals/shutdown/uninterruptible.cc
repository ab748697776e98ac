// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/process.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"
#include "rehearsals/waits.h"

#include <fmt/format.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 500ms;

bool has(std::uint64_t set, int signal) { return (set >> (signal - 1) & 1) != 0; }

/// What the main thread sleeps in.
std::optional<Wait> main_wait(pid_t pid) {
  const std::vector<Wait> waits = waits_of({pid});
  const auto found = std::ranges::find(waits, pid, &Wait::thread);
  return found == waits.end() ? std::nullopt : std::optional(*found);
}

CheckResult judge_alive(const launch::Daemon& daemon, const std::optional<Wait>& before) {
  const pid_t pid = daemon.main().pid();
  const auto wait = main_wait(pid);
  const auto status = proc::read_status(pid);
  if (!status || !wait) return not_applicable("it does not wait: see shutdown.idle");
  const bool was_handled = has(status->caught, SIGTERM) && !has(status->pending, SIGTERM);
  const bool is_same = before && before->name == wait->name;
  if (!was_handled || !is_same || !is_restarted(*wait))
    return not_applicable("SIGTERM does not end it, for another reason: see shutdown.idle");
  std::vector<std::string> evidence = describe_instance(daemon);
  evidence.insert(evidence.begin(),
                  fmt::format("SIGTERM was delivered (it is caught, and not pending), and the wait "
                              "that it interrupted was started again: {}",
                              wait->call));
  return failed(fmt::format("{} after SIGTERM it sleeps in {} again, which the kernel restarts "
                            "after the handler",
                            text_of(daemon.scenario().window), wait->call),
                evidence);
}

}  // namespace

CheckResult shutdown_uninterruptible(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const auto before = main_wait(daemon->main().pid());
  daemon->main().signal(SIGTERM);
  for (const posix::Deadline deadline(scenario.window.length);
       !deadline.has_passed() && !stage.is_interrupted();)
    if (daemon->main().wait_until_ended(posix::Deadline(20ms))) break;
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->main().has_ended()) return judge_alive(*daemon, before);
  if (!before) return not_applicable("its main thread was not asleep when SIGTERM came");
  return passed(
      fmt::format("SIGTERM gets it out of {}; would have caught a wait that the kernel "
                  "restarts after the handler",
                  before->call));
}

}  // namespace watertight::rehearsals
