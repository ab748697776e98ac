// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "rehearsals/check.h"
#include "stress/stress.h"

#include <watertight/scenario.h>

#include <optional>
#include <string>
#include <vector>

namespace watertight::rehearsals {

/// Longer than any pause of a daemon that lives, on a busy machine too.
inline constexpr std::chrono::seconds kMostToAnswer{5};

/// The stresses of a scenario that nobody but the daemon can answer: a connection that is only
/// opened is answered by the kernel, a signal by nobody.
std::vector<Stress> answered(const std::vector<Stress>& stress);

/// Somebody polite who asks an instance now and then whether it still answers: one operation of
/// each stress that it has to answer. Where there is none it is never asked, and never complains.
class Client {
 public:
  /// Throws ScenarioError, HarnessError.
  explicit Client(launch::Daemon& daemon);

  /// Asks until there is an answer, or the daemon has ended. Empty where there was one in time, or
  /// somebody interrupted; else what went wrong: "it does not answer within 5.00 s: …".
  std::optional<std::string> complaint(const Interrupted& interrupted,
                                       Duration patience = kMostToAnswer);

 private:
  launch::Daemon& daemon_;
  std::vector<Stress> questions_;
  stress::Workload workload_;
};

}  // namespace watertight::rehearsals
