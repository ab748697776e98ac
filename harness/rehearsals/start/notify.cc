// SPDX-License-Identifier: Apache-2.0
#include "launch/endpoint.h"
#include "rehearsals/start/background.h"
#include "rehearsals/start/checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace watertight::rehearsals {
namespace {

constexpr int kStarts = 10, kQuickStarts = 3;

}  // namespace

CheckResult start_notify(const Scenario& scenario, const Interrupted& interrupted) {
  if (scenario.ready.kind != Ready::Kind::kNotify)
    return not_applicable("needs --ready notify: a daemon that tells its supervisor");
  const int starts = scenario.is_quick ? kQuickStarts : kStarts;
  for (int i = 0; i < starts; ++i) {
    Stage stage(scenario, interrupted);
    auto daemon = stage.start();
    if (!daemon) return stage.trouble();
    if (daemon->scenario().pid_file.empty() && launch::local_endpoints(daemon->scenario()).empty())
      return not_applicable("needs --pid-file, or a --stress that names an address");
    const auto missing = missing_of(*daemon);
    if (!missing.empty())
      return failed(fmt::format("sends READY=1 too early: without {}", fmt::join(missing, " and ")),
                    describe_instance(*daemon));
  }
  return passed(
      fmt::format("is ready when it sends READY=1, in {} of {} starts; would have caught one that "
                  "has no socket by then",
                  starts, starts));
}

}  // namespace watertight::rehearsals
