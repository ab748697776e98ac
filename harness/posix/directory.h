// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/unique_fd.h"

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace watertight::posix {

/// One name in a directory, with what lstat(2) says of it.
struct DirectoryEntry {
  std::string name;
  struct stat facts {};
};

/// Visits every name but `.` and `..`; false where the directory cannot be opened.
bool for_each_name(const std::string& path, const std::function<void(std::string_view)>& visit);

/// The same with facts; entries that vanish meanwhile are left out.
bool for_each_entry(const std::string& path,
                    const std::function<void(const DirectoryEntry&)>& visit);

/// st_size of a name in an open directory; empty where it is gone.
std::optional<std::uint64_t> size_at(const UniqueFd& directory, const char* name);

}  // namespace watertight::posix
