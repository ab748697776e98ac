// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe/agent_area.h"

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace watertight::probe {

/// Live heap of a process tree, as the agent counts it, look by look; and what it did not count.
class HeapWatch {
 public:
  explicit HeapWatch(const AgentArea& area) : area_(area) {}

  /// What is live in these processes together; empty where the agent counts in none of them.
  std::optional<AgentCount> look(const std::vector<pid_t>& processes);

  /// Processes that were there at two looks in a row and in which the agent did not count: one that
  /// has just begun, or ends, is not blind.
  const std::set<pid_t>& uncounted() const { return uncounted_; }
  /// Allocations and releases that were not counted since the first look.
  std::uint64_t missed() const { return missed_; }
  /// At the last look.
  AgentCount live() const { return last_.value_or(AgentCount{}); }
  /// Growth since the first look.
  AgentCount grown() const;

 private:
  const AgentArea& area_;
  std::optional<AgentCount> first_, last_;
  std::set<pid_t> doubtful_, uncounted_;
  std::map<pid_t, std::uint64_t> missed_before_;  ///< By each process, at its last look.
  std::uint64_t missed_ = 0;
};

}  // namespace watertight::probe
