// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "posix/limit.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

#include <cstring>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;
constexpr Duration kMostForQuit = 1s;

/// SIGQUIT asks for a core file by default; 1 keeps the program that takes them from being started.
void keep_from_dumping(const launch::Daemon& daemon) {
  for (const pid_t pid : daemon.processes()) {
    const auto limit = posix::limit_of(pid, posix::Resource::kCoreSize);
    if (limit && limit->hard >= 1)
      posix::set_limit(pid, posix::Resource::kCoreSize, {1, limit->hard});
  }
}

std::string describe(int number, const Stop& stop) {
  const std::string name = fmt::format("SIG{}", sigabbrev_np(number));
  if (!stop.main_in_window) return name + ": runs on";
  return fmt::format("{}: {} after {}", name, stop.status ? stop.status->describe() : "ended",
                     text_of(stop.until_exit));
}

}  // namespace

CheckResult shutdown_int_quit(const Scenario& scenario, const Interrupted& interrupted) {
  std::vector<std::string> effects;
  std::optional<Stop> interrupt;
  for (const int number : {SIGINT, SIGQUIT}) {
    Stage stage(scenario, interrupted);
    auto daemon = stage.start();
    if (!daemon) return stage.trouble();
    wait_until_quiet(*daemon, kMostForQuiet);
    keep_from_dumping(*daemon);
    const Duration window = scenario.window.length;
    const Stop stop =
        stop_daemon(*daemon,
                    {.window = number == SIGINT ? window : std::min(window, kMostForQuit),
                     .tell = [number](const launch::Daemon& told) { told.main().signal(number); }},
                    interrupted);
    if (stage.is_interrupted()) return stage.trouble();
    effects.push_back(describe(number, stop));
    if (number == SIGINT) interrupt = stop;
  }
  CheckResult result = passed("SIGINT ends it as well; would have caught one that runs on");
  if (!interrupt->main_in_window)
    result = failed(fmt::format("still alive {} after SIGINT", text_of(scenario.window)));
  if (interrupt->status && interrupt->status->is_crash())
    result = failed("crashed on SIGINT: " + interrupt->status->describe());
  result.evidence = effects;
  for (const std::string& line : interrupt->evidence.lines) result.evidence.push_back(line);
  result.stacks = interrupt->evidence.stacks;
  return result;
}

}  // namespace watertight::rehearsals
