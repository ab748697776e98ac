// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What `/proc` tells of the things that grew, without a preload, a tracer or a rebuild: not
/// who made them, but what they are.

#include "blame/sightings.h"
#include "probe/sampler.h"
#include "proc/files.h"

#include <watertight/report.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace watertight::blame {

/// The things of each resource by what they are, without what differs from one to the next:
/// `/var/log/data.log, write-only, append` -> 212, `TCP socket in CLOSE_WAIT, accepted at
/// 127.0.0.1:8080 from 127.0.0.1` -> 5.
using Inventory = std::array<std::map<std::string, std::uint64_t>, probe::kResourceCount>;

/// Of the processes and files that the sampler's last look found. Dear, for the edges of a run:
/// three syscalls a descriptor.
Inventory take_inventory(const probe::Sampler& sampler);

/// Names descriptors as an inventory does. Dear to make: asks the kernel for all sockets there are.
class DescriptorNames {
 public:
  DescriptorNames();

  std::string name_of(pid_t pid, const proc::OpenFile& file) const;
  bool is_half_closed(const proc::OpenFile& file) const;  ///< In CLOSE_WAIT.

 private:
  std::unordered_map<std::uint64_t, std::string> sockets_;  ///< By inode.
  std::unordered_set<std::uint64_t> half_closed_;
};

/// What there is more of, most first; `share` is of all that there is more of.
std::vector<Blame> find_grown(const Inventory& before, const Inventory& after,
                              probe::Resource resource);

/// The same as lines, at most so many: `+211 /var/log/data.log, write-only, append; the oldest open
/// for at least 12 s and 4 096 operations`, the latter where its age is known.
std::vector<std::string> describe_grown(const std::vector<Blame>& grown, std::size_t most = 5,
                                        const std::map<std::string, Age>& ages = {});

}  // namespace watertight::blame
