// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/guard.h"

namespace watertight::rehearsals {

/// Processes that want all the CPU there is and do not hear SIGTERM, as daemons that clean up. Each
/// has a session of its own: the scheduler shares the CPU among sessions first (sched(7),
/// autogroup), so that competitors of one session would count as one.
class Competitors {
 public:
  /// Throws HarnessError.
  explicit Competitors(unsigned count);

 private:
  launch::Guard guard_;  ///< Ends them.
};

}  // namespace watertight::rehearsals
