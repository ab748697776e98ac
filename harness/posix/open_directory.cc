// SPDX-License-Identifier: Apache-2.0
#include "posix/open_directory.h"

#include "posix/checked.h"
#include "posix/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace watertight::posix {
namespace {

bool means_gone(int error) { return error == ENOENT || error == ESRCH || error == ENOTDIR; }

bool is_dots(std::string_view name) { return name == "." || name == ".."; }

}  // namespace

std::optional<OpenDirectory> OpenDirectory::open(const std::filesystem::path& path) {
  auto fd = open_if_there(path, O_RDONLY | O_DIRECTORY);
  if (!fd) return std::nullopt;
  return OpenDirectory(path, std::move(*fd));
}

std::vector<std::string> OpenDirectory::names() const {
  // Not readdir(3): it would need a second descriptor, which a count of our own would then include.
  checked(::lseek(fd_.get(), 0, SEEK_SET), "lseek", path_.native());
  std::vector<std::string> found;
  alignas(dirent64) std::array<char, 32 * 1024> buffer;
  while (true) {
    const ssize_t length = ::getdents64(fd_.get(), buffer.data(), buffer.size());
    if (length == -1 && means_gone(errno)) return found;
    if (checked(length, "getdents64", path_.native()) == 0) return found;
    for (ssize_t at = 0; at < length;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      if (!is_dots(entry->d_name)) found.emplace_back(entry->d_name);
      at += entry->d_reclen;
    }
  }
}

std::optional<std::string> OpenDirectory::read_link(const std::string& name) const {
  std::string target(4096, '\0');  // PATH_MAX; the kernel cuts nothing shorter than that
  const ssize_t length = ::readlinkat(fd_.get(), name.c_str(), target.data(), target.size());
  if (length == -1 && means_gone(errno)) return std::nullopt;
  checked(length, "readlink", (path_ / name).native());
  target.resize(static_cast<std::size_t>(length));
  return target;
}

std::optional<struct stat> OpenDirectory::stat_of(const std::string& name) const {
  struct stat about {};
  const int result = ::fstatat(fd_.get(), name.c_str(), &about, 0);
  if (result == -1 && means_gone(errno)) return std::nullopt;
  checked(result, "stat", (path_ / name).native());
  return about;
}

std::optional<std::string> OpenDirectory::read_file(const std::string& name) const {
  const int fd =
      retry_eintr([&] { return ::openat(fd_.get(), name.c_str(), O_RDONLY | O_CLOEXEC); });
  if (fd == -1 && means_gone(errno)) return std::nullopt;
  const UniqueFd file(checked(fd, "open", (path_ / name).native()));
  std::string buffer;
  const auto text = reread(file, buffer);
  if (!text) return std::nullopt;
  return std::string(*text);
}

}  // namespace watertight::posix
