// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/fault.h"

#include "blame/crash_catcher.h"
#include "posix/clock.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace watertight::rehearsals {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{5};
/// A crash that depends on the moment does not come each time.
constexpr int kMostAttempts = 3;

}  // namespace

std::optional<CheckResult> find_fault(const Stop& stop, const launch::Daemon& daemon,
                                      std::string_view when) {
  std::optional<CheckResult> fault;
  if (!stop.main_in_window) {
    fault =
        failed(fmt::format("still alive {} after SIGTERM {}: {}", text_of(daemon.scenario().window),
                           when, fmt::join(stop.survivors, ", ")),
               stop.evidence);
  } else if (stop.status && stop.status->is_crash()) {
    fault = failed(fmt::format("crashed on SIGTERM {}: {} after {}", when, stop.status->describe(),
                               text_of(stop.until_exit)),
                   log_evidence(daemon));
  }
  if (fault) fault->timeline = timeline_of(stop);
  return fault;
}

void add_crash(const Scenario& scenario, const Interrupted& interrupted,
               const std::function<void(const launch::Daemon&)>& tell, CheckResult& crash) {
  blame::ThreadStacks seen;
  for (int attempt = 0; attempt < kMostAttempts && seen.stacks.empty(); ++attempt) {
    Stage stage(scenario, interrupted);
    auto daemon = stage.start();
    if (!daemon) return;
    blame::CrashCatcher catcher(daemon->processes());
    tell(*daemon);
    const posix::Deadline deadline(scenario.window.length);
    while (!catcher.is_over() && !deadline.has_passed() && !stage.is_interrupted())
      posix::pause_for(kBetweenLooks);
    seen = catcher.result();
    if (!seen.remarks.empty()) break;
  }
  crash.stacks = std::move(seen.stacks);
  if (crash.stacks.empty() && seen.remarks.empty())
    seen.remarks.push_back(
        fmt::format("{} more instances that ptrace(2) watched did not crash", kMostAttempts));
  for (const std::string& remark : seen.remarks) crash.evidence.push_back("no stack: " + remark);
}

}  // namespace watertight::rehearsals
