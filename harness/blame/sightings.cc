// SPDX-License-Identifier: Apache-2.0
#include "blame/sightings.h"

#include "blame/black_box.h"

namespace watertight::blame {
namespace {

/// So much later than the last look the next one is made.
constexpr double kNextLook = 1.2;

std::vector<proc::OpenFile> files_of(pid_t pid) {
  return proc::read_open_files(pid).value_or(std::vector<proc::OpenFile>{});
}

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
    for (const proc::OpenFile& file : files_of(pid)) {
      const auto old = seen_.find({pid, file.fd});
      const bool is_known = old != seen_.end() && old->second.is_of(file);
      now[{pid, file.fd}] = is_known ? old->second
                                     : Sighting{.inode = file.inode,
                                                .kind = file.kind,
                                                .operations = operations,
                                                .seconds = seconds,
                                                .is_of_the_start = is_first};
    }
  }
  seen_ = std::move(now);
}

std::map<std::string, Age> Sightings::oldest(std::uint64_t operations, double seconds,
                                             const std::vector<pid_t>& processes) const {
  std::map<std::string, Age> oldest;
  for (const pid_t pid : processes) {
    const auto files = files_of(pid);
    const auto texts = describe_descriptors(pid, files);
    for (std::size_t i = 0; i < files.size(); ++i) {
      const auto found = seen_.find({pid, files[i].fd});
      if (found == seen_.end() || !found->second.is_of(files[i])) continue;
      const Sighting& sighting = found->second;
      if (sighting.is_of_the_start) continue;
      Age& age = oldest[texts[i]];
      if (seconds - sighting.seconds >= age.seconds)
        age = {seconds - sighting.seconds, operations - sighting.operations};
    }
  }
  return oldest;
}

}  // namespace watertight::blame
