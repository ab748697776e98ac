// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe/agent_area.h"
#include "run/warp.h"

#include <watertight/scenario.h>

#include <sys/types.h>

#include <optional>
#include <string>

namespace watertight::run {

/// What a growth run measures with, beside looking at the daemon as it is.
struct Instruments {
  std::optional<VerifiedWarp> warp = {};
  /// Where the agent counts in the daemon; null where it runs without.
  probe::AgentArea* agent = nullptr;
  /// Why it runs without, as the end of a sentence.
  std::string why_no_agent = {};
};

/// Why the agent is not to be preloaded into a scenario's daemon, as the end of a sentence; empty
/// where it is. What only a running daemon tells (a static program that a script executes) shows
/// later.
std::string why_no_agent(const Scenario& scenario);

/// Why the resident set of a running daemon says nothing of its own memory, as the end of a
/// sentence; empty where it does. Valgrind and the sanitizers keep what was freed for a while, to
/// see whether it is used again, and notes on all that was touched.
std::string why_no_rss(pid_t pid);

}  // namespace watertight::run
