// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace watertight::rehearsals {

/// What a daemon may leave behind in the file system: everything below `{state}`, and the Unix
/// sockets that it listens on, wherever they are.
class Leftovers {
 public:
  struct Entry {
    std::filesystem::path path;
    std::filesystem::file_type type = std::filesystem::file_type::none;
    std::string describe() const;  ///< "socket state/run/d.sock"
  };

  /// Remembers what is there before an instance starts.
  explicit Leftovers(std::filesystem::path state);

  /// Remembers which Unix sockets a running instance listens on.
  void note_sockets_of(const launch::Daemon& daemon);

  /// What is there now and was not at first, in no order; sockets only where nobody listens any
  /// more.
  std::vector<Entry> now() const;

  bool is_in_temporary_folder(const Entry& entry) const;

 private:
  std::filesystem::path state_;
  std::set<std::filesystem::path> before_;
  std::set<std::filesystem::path> sockets_;  ///< Outside `state_`.
};

/// The path with each run of digits as one `#`, so that `log.4711` and `log.4712` are one.
std::string without_numbers(const std::filesystem::path& path);

}  // namespace watertight::rehearsals
