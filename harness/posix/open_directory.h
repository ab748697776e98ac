// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/unique_fd.h"

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace watertight::posix {

/// An open directory, whose entries are looked at by name (openat(2) and its kin), so that the
/// folder of a process that ends meanwhile is never mistaken for another's.
class OpenDirectory {
 public:
  /// Empty where it is gone. Throws HarnessError.
  static std::optional<OpenDirectory> open(const std::filesystem::path& path);

  /// Without `.` and `..`, in no order; none where the process of a `/proc` folder has ended.
  /// Throws HarnessError.
  std::vector<std::string> names() const;

  /// Where a symbolic link points; empty where it is gone. Throws HarnessError.
  std::optional<std::string> read_link(const std::string& name) const;

  /// About the object that the entry leads to; empty where it is gone. Throws HarnessError.
  std::optional<struct stat> stat_of(const std::string& name) const;

  /// Whole text of a file; empty where it is gone. Throws HarnessError.
  std::optional<std::string> read_file(const std::string& name) const;

  int fd() const { return fd_.get(); }

 private:
  OpenDirectory(std::filesystem::path path, UniqueFd fd)
      : path_(std::move(path)), fd_(std::move(fd)) {}

  std::filesystem::path path_;  ///< For messages.
  UniqueFd fd_;
};

}  // namespace watertight::posix
