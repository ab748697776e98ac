// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes a ready daemon and the workload, gives rounds of exactly counted operations. Knows
/// nothing of verdicts.

#include "launch/daemon.h"
#include "stress/driver.h"

#include <watertight/scenario.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace watertight::stress {

class Workload {
 public:
  /// Uses the daemon's scenario. Throws ScenarioError (an unknown host, a bad regex), HarnessError.
  explicit Workload(launch::Daemon& daemon);
  /// With other work than the scenario's; placeholders replaced.
  Workload(launch::Daemon& daemon, const std::vector<Stress>& stress);
  ~Workload();

  /// Operations after which every variant (stress x payload x manner) had the same number of turns.
  /// A round is a multiple of it.
  std::uint64_t cycle() const;

  /// Makes exactly `operations` (rounded up to whole cycles), at most `operations_per_second` where
  /// set. Ends early, with what was done, once `interrupted` gives non-zero or the daemon has died.
  Tally next_round(std::uint64_t operations, std::optional<double> operations_per_second,
                   const std::function<int()>& interrupted);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace watertight::stress
