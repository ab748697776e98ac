// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proc/files.h"

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
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

  /// The ages, at this moment of the run, of what came later and is still there, the oldest by what
  /// it is, as an inventory has it: `/var/log/data.log, write-only, append`. Dear.
  std::map<std::string, Age> oldest(std::uint64_t operations, double seconds,
                                    const std::vector<pid_t>& processes) const;

 private:
  struct Sighting {
    std::uint64_t inode = 0;
    proc::OpenFile::Kind kind{};
    std::uint64_t operations = 0;
    double seconds = 0;
    bool is_of_the_start = false;
    bool is_of(const proc::OpenFile& file) const {
      return inode == file.inode && kind == file.kind;
    }
  };
  using Descriptor = std::pair<pid_t, int>;

  std::map<Descriptor, Sighting> seen_;
  std::optional<std::uint64_t> last_look_;
};

}  // namespace watertight::blame
