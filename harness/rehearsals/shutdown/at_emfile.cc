// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/limits/full_table.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;

}  // namespace

CheckResult shutdown_at_emfile(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const FullTable full(*daemon);
  if (full.is_refused()) return not_applicable("its limits are not ours to set");
  const auto silent = connect_silently(daemon->scenario(), full.free());
  wait_until_quiet(*daemon, kMostForQuiet);

  const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!stop.main_in_window && !silent.empty())
    return not_applicable("clients had to fill its table, and it may wait for them");
  if (const auto fault = find_fault(stop, *daemon, "without a free descriptor (EMFILE)"))
    return *fault;
  if (stop.status && !stop.status->was_signalled && !stop.status->is_success()) {
    CheckResult result = failed(
        fmt::format("{} on SIGTERM without a free descriptor (EMFILE)", stop.status->describe()),
        log_evidence(*daemon));
    result.severity = Severity::kWarn;
    return result;
  }
  return passed(
      fmt::format("SIGTERM ends it in {} without a free descriptor (EMFILE); would have "
                  "caught a shutdown that has to open something",
                  text_of(stop.until_exit)));
}

}  // namespace watertight::rehearsals
