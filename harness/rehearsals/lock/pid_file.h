// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <time.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::rehearsals {

/// A PID file as it lies there: what a loser must not change.
struct PidFile {
  dev_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  mode_t mode = 0;  ///< With its type.
  uid_t owner = 0;
  gid_t group = 0;
  struct timespec modified {};
  std::string bytes;  ///< Of a regular file.

  bool is_same_file(const PidFile& other) const {
    return device == other.device && inode == other.inode;
  }
  /// `inode 77, 3 bytes "41\n", mode 0644`
  std::string describe() const;
};

/// The file that the path names, symbolic links not followed; empty where there is none.
/// Throws HarnessError.
std::optional<PidFile> look_at_pid_file(const std::filesystem::path& path);

/// What differs between two looks, in words: `6 bytes "4711\n" became 0 bytes ""`; empty where
/// nothing does but the time of the last change.
std::string describe_change(const std::optional<PidFile>& before,
                            const std::optional<PidFile>& after);

/// What a PID file says.
struct PidText {
  std::optional<pid_t> pid;  ///< The number it begins with, where this is a pid.
  bool ends_with_newline = false;
  bool has_more = false;  ///< Than a number and a newline.
};
PidText parse_pid_text(std::string_view bytes);

/// Quoted, with escapes: what cannot be printed is seen.
std::string in_quotes(std::string_view bytes);

/// `00000000  34 31 0a                                         |41.|`, at most eight lines.
std::vector<std::string> hex_dump(std::string_view bytes);

}  // namespace watertight::rehearsals
