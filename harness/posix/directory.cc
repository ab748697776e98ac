// SPDX-License-Identifier: Apache-2.0
#include "posix/directory.h"

#include <dirent.h>
#include <fcntl.h>

#include <cstring>
#include <memory>

namespace watertight::posix {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

bool is_dots(const char* name) { return !std::strcmp(name, ".") || !std::strcmp(name, ".."); }

}  // namespace

bool for_each_name(const std::string& path, const std::function<void(std::string_view)>& visit) {
  const Directory directory(::opendir(path.c_str()));
  if (!directory) return false;
  while (const dirent* entry = ::readdir(directory.get()))
    if (!is_dots(entry->d_name)) visit(entry->d_name);
  return true;
}

bool for_each_entry(const std::string& path,
                    const std::function<void(const DirectoryEntry&)>& visit) {
  const Directory directory(::opendir(path.c_str()));
  if (!directory) return false;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (is_dots(entry->d_name)) continue;
    DirectoryEntry found{entry->d_name, {}};
    if (::fstatat(::dirfd(directory.get()), entry->d_name, &found.facts, AT_SYMLINK_NOFOLLOW) == 0)
      visit(found);
  }
  return true;
}

std::optional<std::uint64_t> size_at(const UniqueFd& directory, const char* name) {
  struct stat facts {};
  if (::fstatat(directory.get(), name, &facts, 0) == -1) return std::nullopt;
  return static_cast<std::uint64_t>(facts.st_size);
}

}  // namespace watertight::posix
