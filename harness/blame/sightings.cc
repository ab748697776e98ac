// SPDX-License-Identifier: Apache-2.0
#include "blame/sightings.h"

#include "blame/black_box.h"
#include "proc/files.h"

#include <algorithm>

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
    for (const auto& [fd, device, inode] : proc::read_descriptor_identities(pid)) {
      const auto old = seen_.find({pid, fd});
      const bool is_known =
          old != seen_.end() && old->second.device == device && old->second.inode == inode;
      now[{pid, fd}] = is_known ? old->second
                                : Sighting{.device = device,
                                           .inode = inode,
                                           .operations = operations,
                                           .seconds = seconds,
                                           .is_of_the_start = is_first};
    }
  }
  seen_ = std::move(now);
}

std::vector<Sightings::Descriptor> Sightings::by_age() const {
  std::vector<std::pair<double, Descriptor>> found;
  for (const auto& [descriptor, sighting] : seen_)
    if (!sighting.is_of_the_start) found.emplace_back(sighting.seconds, descriptor);
  std::ranges::sort(found);
  std::vector<Descriptor> descriptors;
  for (const auto& [since, descriptor] : found) descriptors.push_back(descriptor);
  return descriptors;
}

std::map<std::string, Age> Sightings::oldest(std::uint64_t operations, double seconds,
                                             const std::set<std::string>& names) const {
  const DescriptorNames inventory;
  std::map<std::string, Age> oldest;
  for (const Descriptor& descriptor : by_age()) {
    if (oldest.size() == names.size()) break;
    const auto& [pid, fd] = descriptor;
    const Sighting& sighting = seen_.at(descriptor);
    const auto file = proc::read_open_file(pid, fd);
    if (!file || file->device != sighting.device || file->inode != sighting.inode) continue;
    const std::string name = inventory.name_of(pid, *file);
    if (names.contains(name))
      oldest.try_emplace(name, Age{seconds - sighting.seconds, operations - sighting.operations});
  }
  return oldest;
}

}  // namespace watertight::blame
