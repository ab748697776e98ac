// SPDX-License-Identifier: Apache-2.0
#include "launch/program.h"
#include "posix/clock.h"
#include "posix/process.h"
#include "proc/process.h"
#include "rehearsals/stage.h"
#include "rehearsals/start/checks.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// What a careless supervisor, or a shell function that was interrupted, passes on.
const std::vector<std::string> kHostile{"/usr/bin/env", "--block-signal=TERM,HUP,CHLD,USR1",
                                        "--ignore-signal=PIPE"};
constexpr Duration kTimeToRest = 2s;
constexpr int kBlocked[] = {SIGTERM, SIGHUP, SIGCHLD, SIGUSR1};

bool has(std::uint64_t set, int number) { return (set >> (number - 1) & 1) != 0; }

/// A daemon that puts itself in the background cleans up after its starter (daemon(7), SysV
/// daemons); in the foreground it may rely on a supervisor.
CheckResult failed_as(bool is_in_background, std::string summary, const HangEvidence& evidence) {
  CheckResult result = failed(std::move(summary), evidence);
  if (!is_in_background) result.severity = Severity::kWarn;
  return result;
}

/// False where a shell or another program stands between the command and the daemon.
bool is_own_program(const launch::Daemon& daemon) {
  const auto program =
      launch::find_program(daemon.scenario().command.front(), posix::current_environment());
  const auto* path = std::get_if<std::filesystem::path>(&program);
  std::error_code error;
  return path && std::filesystem::equivalent(
                     *path, fmt::format("/proc/{}/exe", daemon.main().pid()), error);
}

/// Signals that it has a handler for and blocks, though it does not when it is started as usual.
std::string deaf_to(const proc::Status& clean, const proc::Status& hostile) {
  std::string names;
  for (const int number : kBlocked) {
    const bool is_deaf = has(hostile.caught, number) && has(hostile.blocked, number) &&
                         has(clean.caught, number) && !has(clean.blocked, number);
    if (is_deaf) names += fmt::format("{}SIG{}", names.empty() ? "" : ", ", sigabbrev_np(number));
  }
  return names;
}

/// What it is deaf to for good; empty where it has ended. One that rests in sigsuspend(2) or
/// ppoll(2) blocks signals whenever it is on its way there.
std::optional<std::string> deaf_for_good(const proc::Status& clean, pid_t pid,
                                         const Interrupted& interrupted) {
  const posix::Deadline deadline(kTimeToRest);
  for (;;) {
    const auto hostile = proc::read_status(pid);
    if (!hostile) return std::nullopt;
    const std::string names = deaf_to(clean, *hostile);
    if (names.empty() || deadline.has_passed() || (interrupted && interrupted())) return names;
    posix::pause_for(5ms);
  }
}

}  // namespace

CheckResult start_mask_reset(const Scenario& scenario, const Interrupted& interrupted) {
  std::optional<proc::Status> clean;
  {
    Stage stage(scenario, interrupted);
    auto daemon = stage.start();
    if (!daemon) return stage.trouble();
    clean = proc::read_status(daemon->main().pid());
  }
  Stage stage(scenario, interrupted);
  auto daemon = stage.start({.through = kHostile});
  if (!daemon) return stage.trouble();
  const auto deaf = clean ? deaf_for_good(*clean, daemon->main().pid(), interrupted) : std::nullopt;
  const bool runs_its_command = is_own_program(*daemon);
  const bool is_in_background = daemon->is_in_background();
  const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!stop.main_in_window) {
    return failed_as(
        is_in_background,
        fmt::format("started with SIGTERM blocked it never hears it: alive {} after it",
                    text_of(scenario.window)),
        stop.evidence);
  }
  if (!runs_its_command) {
    return not_applicable(
        fmt::format("it is started through {}, which may set the mask anew: name the daemon itself",
                    scenario.command.front()));
  }
  if (!deaf) return inconclusive("it ended while it was looked at");
  if (!deaf->empty()) {
    return failed_as(
        is_in_background,
        fmt::format("keeps the signal mask that it was started with, and so never hears "
                    "{}, which it has a handler for",
                    *deaf),
        stop.evidence);
  }
  return passed(
      fmt::format("SIGTERM ends it in {} though it was started with that and others blocked; would "
                  "have caught one that keeps the mask",
                  text_of(stop.until_exit)));
}

}  // namespace watertight::rehearsals
