// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace watertight::blame {

/// How long something is there at least, on our clock and in operations.
struct Age {
  double seconds = 0;
  std::uint64_t operations = 0;
};

/// Since when descriptors are open, as far as looks at them tell: the kernel does not (the times of
/// `/proc/PID/fd/N` are those of the first look). So an age is a lower bound. One that is closed
/// between two looks, and opened again under its number on the same file, looks like itself.
class Sightings {
 public:
  /// All descriptors of these processes. What the first look finds is of the start, and not told.
  /// May be called as often as is convenient: only looks that are some way apart are made.
  void look(std::uint64_t operations, double seconds, const std::vector<pid_t>& processes);

  /// The age, at this moment of the run, of the oldest descriptor of each of these names that came
  /// later and is still there, as an inventory has it: `/var/log/data.log, write-only, append`.
  std::map<std::string, Age> oldest(std::uint64_t operations, double seconds,
                                    const std::set<std::string>& names) const;

 private:
  struct Sighting {
    std::uint64_t device = 0, inode = 0;
    std::uint64_t operations = 0;
    double seconds = 0;
    bool is_of_the_start = false;

    template <typename Seen>
    bool is_of(const Seen& seen) const {
      return device == seen.device && inode == seen.inode;
    }
  };
  using Descriptor = std::pair<pid_t, int>;

  std::map<Descriptor, Sighting> seen_;
  std::optional<std::uint64_t> last_look_;
};

}  // namespace watertight::blame
