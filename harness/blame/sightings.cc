// SPDX-License-Identifier: Apache-2.0
#include "blame/sightings.h"

#include "blame/black_box.h"
#include "proc/files.h"

#include <algorithm>
#include <iterator>

namespace watertight::blame {
namespace {

/// So much later than the last look the next one is made.
constexpr double kNextLook = 1.5;

}  // namespace

void Sightings::look(std::uint64_t operations, double seconds,
                     const std::vector<pid_t>& processes) {
  const bool is_first = !last_look_;
  if (last_look_ &&
      static_cast<double>(operations) < kNextLook * (static_cast<double>(*last_look_) + 1))
    return;
  last_look_ = operations;
  std::map<Descriptor, Sighting> now;
  for (const pid_t pid : processes) {
    for (const auto& open : proc::read_descriptor_identities(pid)) {
      const auto old = seen_.find({pid, open.fd});
      const bool is_known = old != seen_.end() && old->second.is_of(open);
      now[{pid, open.fd}] = is_known ? old->second
                                     : Sighting{.device = open.device,
                                                .inode = open.inode,
                                                .operations = operations,
                                                .seconds = seconds,
                                                .is_of_the_start = is_first};
    }
  }
  seen_ = std::move(now);
}

std::map<std::string, Age> Sightings::oldest(std::uint64_t operations, double seconds,
                                             const std::set<std::string>& names) const {
  std::vector<std::pair<Descriptor, Sighting>> later;
  std::ranges::copy_if(seen_, std::back_inserter(later),
                       [](const auto& seen) { return !seen.second.is_of_the_start; });
  std::ranges::sort(later, {}, [](const auto& seen) { return seen.second.seconds; });
  const DescriptorNames inventory;
  std::map<std::string, Age> oldest;
  for (const auto& [descriptor, sighting] : later) {
    if (oldest.size() == names.size()) break;
    const auto file = proc::read_open_file(descriptor.first, descriptor.second);
    if (!file || !sighting.is_of(*file)) continue;
    const std::string name = inventory.name_of(descriptor.first, *file);
    if (names.contains(name))
      oldest.try_emplace(name, Age{seconds - sighting.seconds, operations - sighting.operations});
  }
  return oldest;
}

}  // namespace watertight::blame
