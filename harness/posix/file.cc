// SPDX-License-Identifier: Apache-2.0
#include "posix/file.h"

#include "posix/checked.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace watertight::posix {
namespace {

constexpr std::size_t kFirstRead = 4096;
constexpr std::size_t kTailBytes = 64 * 1024;
// The kernel hands out as many whole records as fit into a page (seq_file): where they are short,
// less than half a page is the end. A second read would make it write the whole text again.
constexpr ssize_t kHalfPage = 2048;

bool means_gone(int error) { return error == ENOENT || error == ESRCH || error == ENOTDIR; }

/// From `offset` to the end, at most `limit` bytes; empty where the process of a `/proc` file
/// ended.
/// `last_read`: one that gives fewer bytes is taken for the last, without asking again.
std::optional<std::string_view> read_at(int fd, off_t offset, std::size_t limit,
                                        std::string& buffer, std::string_view object,
                                        ssize_t last_read = 1) {
  std::size_t length = 0;
  while (length < limit) {
    if (length == buffer.size()) buffer.resize(std::max(kFirstRead, 2 * buffer.size()));
    const std::size_t room = std::min(buffer.size(), limit) - length;
    const ssize_t count = retry_eintr([&] {
      return ::pread(fd, buffer.data() + length, room, offset + static_cast<off_t>(length));
    });
    if (count == -1 && means_gone(errno)) return std::nullopt;  // ENOENT: fdinfo
    length += static_cast<std::size_t>(checked(count, "read", object));
    if (count < last_read && static_cast<std::size_t>(count) < room) break;
  }
  return std::string_view(buffer.data(), length);
}

std::size_t start_of_last_lines(std::string_view text, std::size_t lines) {
  if (lines == 0) return text.size();
  std::size_t start = text.size();
  if (text.ends_with('\n')) --start;
  for (; lines > 0; --lines) {
    const std::size_t newline = start == 0 ? std::string_view::npos : text.rfind('\n', start - 1);
    if (newline == std::string_view::npos) return 0;
    start = newline;
  }
  return start + 1;
}

}  // namespace

UniqueFd open_file(const std::filesystem::path& path, int flags, unsigned mode) {
  const int fd = retry_eintr([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); });
  return UniqueFd(checked(fd, "open", path.native()));
}

std::optional<UniqueFd> open_if_there(const std::filesystem::path& path, int flags) {
  const int fd = retry_eintr([&] { return ::open(path.c_str(), flags | O_CLOEXEC); });
  if (fd == -1 && means_gone(errno)) return std::nullopt;
  return UniqueFd(checked(fd, "open", path.native()));
}

std::optional<struct stat> stat_if_there(const std::filesystem::path& path) {
  struct stat about {};
  const int result = ::stat(path.c_str(), &about);
  if (result == -1 && means_gone(errno)) return std::nullopt;
  checked(result, "stat", path.native());
  return about;
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  const auto file = open_if_there(path, O_RDONLY);
  if (!file) return std::nullopt;
  std::string text;
  const auto read = read_at(file->get(), 0, std::string::npos, text, path.native());
  if (!read) return std::nullopt;
  text.resize(read->size());
  return text;
}

std::optional<std::string_view> reread(const UniqueFd& file, std::string& buffer) {
  return read_at(file.get(), 0, std::string::npos, buffer, "a file that was opened before",
                 kHalfPage);
}

void write_file(const std::filesystem::path& path, std::string_view text, unsigned mode) {
  const UniqueFd file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  while (!text.empty()) {
    const ssize_t count =
        retry_eintr([&] { return ::write(file.get(), text.data(), text.size()); });
    text.remove_prefix(static_cast<std::size_t>(checked(count, "write", path.native())));
  }
}

bool is_kept_in_memory(const std::filesystem::path& path) {
  struct statfs facts {};
  checked(::statfs(path.c_str(), &facts), "statfs", path.native());
  return facts.f_type == TMPFS_MAGIC || facts.f_type == RAMFS_MAGIC;
}

std::string read_tail(const std::filesystem::path& path, std::size_t lines) {
  const auto file = open_if_there(path, O_RDONLY);
  if (!file) return {};
  struct stat about {};
  checked(::fstat(file->get(), &about), "fstat", path.native());
  const off_t start = std::max<off_t>(0, about.st_size - static_cast<off_t>(kTailBytes));
  std::string buffer;
  const auto text = read_at(file->get(), start, kTailBytes, buffer, path.native());
  if (!text) return {};
  return std::string(text->substr(start_of_last_lines(*text, lines)));
}

}  // namespace watertight::posix
