// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proc/process.h"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace watertight::blame {

/// A place in the code of a program or library, the same in every process that has it loaded.
struct CodePlace {
  std::string module;          ///< Path, without ` (deleted)`.
  std::filesystem::path file;  ///< Where its bytes are read: `module`, or what stands in for it.
  std::uint64_t offset = 0;    ///< Address less that of the module's first mapping.
};

/// What is mapped where in a process, from snapshots of its maps. A module that a later snapshot no
/// longer has (dlclose(3)) stays known, unless something else has taken its addresses.
class AddressSpace {
 public:
  /// Of a living process: a deleted module is then read through `/proc/PID/map_files`, for which
  /// the kernel wants CAP_CHECKPOINT_RESTORE (5.9).
  explicit AddressSpace(pid_t pid = 0) : pid_(pid) {}

  /// A later snapshot.
  void add(const std::vector<proc::Mapping>& maps);

  /// Empty where no module was ever seen at this address.
  std::optional<CodePlace> find(std::uint64_t address) const;

 private:
  struct Range {
    std::uint64_t end = 0;
    std::uint64_t module_start = 0;
    std::string module;
    std::filesystem::path file;
  };

  void take(std::uint64_t start, const Range& range);

  pid_t pid_;
  std::map<std::uint64_t, Range> ranges_;  ///< By start; they do not overlap.
};

}  // namespace watertight::blame
