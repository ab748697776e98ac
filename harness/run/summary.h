// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "judge/growth.h"
#include "probe/resource.h"

#include <watertight/report.h>

#include <optional>
#include <string>

namespace watertight::run {

/// What is known of a growth check beside its verdict.
struct GrowthContext {
  const probe::ResourceTraits* traits = nullptr;
  std::optional<double> limit;       ///< Of the fullest process: RLIMIT_NOFILE, vm.max_map_count.
  std::optional<double> used;        ///< What of it that process uses.
  std::string stopped;               ///< Why the run ended, where that left the check unsettled.
  bool operations_are_time = false;  ///< Idle: milliseconds of the daemon's own time.
  double warp = 1;                   ///< Seconds of the daemon's own time in one of ours.
  double slowest_warp = 1;  ///< The same of its slowest loop; below `warp` where they differ.
  double failed_share = 0;  ///< Of the operations.
  std::string first_failure;
};

/// The verdict as a result with its sentence: what would have been caught, the rate and what it
/// means, or what would settle it.
CheckResult summarize_growth(const judge::GrowthVerdict& verdict, const GrowthContext& context);

}  // namespace watertight::run
