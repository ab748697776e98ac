// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/fault.h"

#include "rehearsals/stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace watertight::rehearsals {

std::optional<CheckResult> find_fault(const Stop& stop, const launch::Daemon& daemon,
                                      std::string_view when) {
  std::optional<CheckResult> fault;
  if (!stop.main_in_window) {
    fault =
        failed(fmt::format("still alive {} after SIGTERM {}: {}", text_of(daemon.scenario().window),
                           when, fmt::join(stop.survivors, ", ")),
               stop.evidence);
  } else if (stop.status && is_crash(*stop.status)) {
    fault = failed(fmt::format("crashed on SIGTERM {}: {} after {}", when, stop.status->describe(),
                               text_of(stop.until_exit)),
                   log_evidence(daemon));
  }
  if (fault) fault->timeline = timeline_of(stop);
  return fault;
}

}  // namespace watertight::rehearsals
