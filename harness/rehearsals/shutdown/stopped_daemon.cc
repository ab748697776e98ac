// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;
/// Somebody looks at it in a debugger, and init comes.
constexpr auto kStopped = 20ms;

void stop_tell_continue(const launch::Daemon& daemon) {
  daemon.main().signal(SIGSTOP);
  daemon.main().signal(SIGTERM);
  posix::pause_for(kStopped);
  daemon.main().signal(SIGCONT);
}

}  // namespace

CheckResult shutdown_stopped_daemon(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const Stop stop = stop_daemon(
      *daemon, {.window = scenario.window.length + kStopped, .tell = stop_tell_continue},
      interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (const auto fault = find_fault(stop, *daemon, "and SIGCONT to a stopped daemon"))
    return *fault;
  const std::string end = stop.until_exit < kStopped
                              ? "at once, by the default action"
                              : text_of(stop.until_exit - kStopped) + " after SIGCONT";
  return passed(fmt::format(
      "stopped when SIGTERM comes, it ends {}; would have caught a signal that is lost", end));
}

}  // namespace watertight::rehearsals
