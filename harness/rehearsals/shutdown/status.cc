// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

/// What a shell, and a runtime that imitates one, makes of SIGTERM.
constexpr int kShellsSigterm = 128 + SIGTERM;

/// As SuccessExitStatus= has it by default (systemd.service(5)).
bool is_clean_signal(int number) {
  return number == SIGHUP || number == SIGINT || number == SIGTERM || number == SIGPIPE;
}

}  // namespace

CheckResult shutdown_status(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!stop.main_in_window) return inconclusive("it did not end in the window; see shutdown.idle");
  if (!stop.status)
    return inconclusive("its status went to another parent than the harness's guard");

  const posix::ExitStatus& status = *stop.status;
  const std::string how = status.describe();
  if (status.is_crash()) {
    return failed(fmt::format("crashed on SIGTERM: {}", how), log_evidence(*daemon));
  }
  if (status.is_success() || (status.was_signalled && is_clean_signal(status.code))) {
    return passed(
        fmt::format("{} on SIGTERM, a clean end; would have caught a crash or a code of "
                    "failure",
                    how));
  }
  CheckResult result =
      failed(fmt::format("{} on SIGTERM: systemd would show the service as failed", how),
             log_evidence(*daemon));
  if (!status.was_signalled && status.code == kShellsSigterm) {
    result.severity = Severity::kWarn;
    result.evidence.emplace_back(
        "143 is what a shell or a JVM makes of SIGTERM: "
        "SuccessExitStatus=143 tells systemd so");
  }
  return result;
}

}  // namespace watertight::rehearsals
