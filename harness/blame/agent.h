// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/backend.h"
#include "probe/agent_area.h"

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace watertight::blame {

/// Blames the call sites whose live count, as the agent keeps it, grows with the operations. Unlike
/// a backend it looks on in the run that is judged, and so knows what leaks rarely, too.
///
/// Allocations are told by their callers alone, until a site is known to grow: then by their
/// stacks.
class Agent {
 public:
  /// `area` outlives this.
  explicit Agent(probe::AgentArea& area) : area_(area) {}

  /// Remembers what each site of these processes holds now. May be called as often as is
  /// convenient: only looks that are some way apart are kept.
  void look(std::uint64_t operations, const std::vector<pid_t>& processes);

  /// After so many operations of the run. Lets the daemon work on where stacks are to be seen.
  Answer explain(const Question& question, std::uint64_t operations);

 private:
  /// Number of a site in a process.
  using Site = std::pair<pid_t, std::uint32_t>;
  struct Look {
    std::uint64_t operations = 0;
    std::map<Site, probe::AgentSite> sites;
  };
  struct Grown {
    pid_t pid = 0;
    probe::AgentSite site;
    probe::AgentCount growth;
    bool is_steady = false;
  };

  Look take_look(const std::vector<pid_t>& processes) const;
  std::vector<Grown> find_grown(const Look& now) const;
  static std::vector<Grown> of_resource(const std::vector<Grown>& grown, std::string_view resource);
  static std::vector<Grown> split_by_stack(const Grown& one, const Look& now);
  void take_stacks(const std::vector<Grown>& sites, const Question& question,
                   std::uint64_t operations);

  probe::AgentArea& area_;
  std::vector<Look> looks_;
};

}  // namespace watertight::blame
