// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/finding.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace watertight::blame {

/// Which call sites grow in every round: what grew once is a start-up, a cache or a table that
/// doubled. Sites are told apart by their whole stacks.
class GrowingSites {
 public:
  struct Site {
    Finding finding = {};      ///< As it was last seen.
    std::uint64_t bytes = 0;   ///< Grown in all rounds.
    std::uint64_t blocks = 0;  ///< The same.
    unsigned rounds = 0;       ///< In which it grew.
    unsigned last_round = 0;   ///< From 1.
  };

  /// From here on everything belongs to the next round.
  void next_round() { ++rounds_; }

  /// Growth of a site in this round; several of one stack (processes, kinds of loss) add up.
  void add(const Finding& finding, std::uint64_t bytes, std::uint64_t blocks);

  /// The sites that grew in every round, most bytes first, then most blocks.
  std::vector<Site> steady() const;

 private:
  std::map<std::string, Site> sites_;
  unsigned rounds_ = 0;
};

/// `blocks of 64 bytes, still reachable`
std::string describe_blocks(const GrowingSites::Site& site);

}  // namespace watertight::blame
