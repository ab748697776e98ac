// SPDX-License-Identifier: Apache-2.0
#include "proc/files.h"

#include "posix/file.h"
#include "posix/open_directory.h"
#include "posix/process.h"
#include "proc/folder.h"
#include "proc/process.h"
#include "proc/text.h"

#include <fmt/format.h>

namespace watertight::proc {
namespace {

OpenFile::Kind kind_of(const struct stat& about, std::string_view target) {
  using Kind = OpenFile::Kind;
  switch (about.st_mode & S_IFMT) {
    case S_IFSOCK:
      return Kind::kSocket;
    case S_IFIFO:
      return Kind::kPipe;
    case S_IFDIR:
      return Kind::kDirectory;
    case S_IFCHR:
    case S_IFBLK:
      return Kind::kDevice;
    case S_IFREG:
      break;
    default:
      return Kind::kAnonymous;
  }
  if (about.st_nlink == 0 && target.starts_with("/memfd:")) return Kind::kMemfd;
  // Namespaces (`net:[4026531840]`) and some anonymous inodes say that they are regular files.
  const bool has_path = target.starts_with('/') || target.starts_with("(unreachable)");
  return has_path ? Kind::kRegular : Kind::kAnonymous;
}

std::optional<OpenFile> look_at(const posix::OpenDirectory& folder, int fd) {
  const std::string name = std::to_string(fd);
  auto target = folder.read_link(name);
  const auto about = folder.stat_of(name);
  if (!target || !about) return std::nullopt;  // closed between the looks
  return OpenFile{.fd = fd,
                  .kind = kind_of(*about, *target),
                  .device = about->st_dev,
                  .inode = about->st_ino,
                  .links = about->st_nlink,
                  .target = std::move(*target)};
}

/// A process that is ending has none of them; one that is gone is not there to have any.
template <typename Things>
std::optional<Things> none_if_ending(pid_t pid) {
  if (!read_stat(pid)) return std::nullopt;
  return Things();
}

std::optional<std::uint64_t> size_of_fd_folder(const std::string& folder) {
  const auto about = posix::stat_if_there(folder + "/fd");
  if (!about) return std::nullopt;
  return static_cast<std::uint64_t>(about->st_size);
}

bool look_for_fd_count_in_stat() {
  const auto folder = posix::OpenDirectory::open("/proc/self/fd");
  // More than once: other threads may open and close between the two. Before 6.2 the size is always
  // 0.
  for (int attempt = 0; folder && attempt < 10; ++attempt) {
    if (size_of_fd_folder("/proc/self") == folder->names().size()) return true;
  }
  return false;
}

}  // namespace

std::optional<std::vector<OpenFile>> read_open_files(pid_t pid) {
  const auto folder = open_folder(pid, "fd");
  if (!folder) return none_if_ending<std::vector<OpenFile>>(pid);
  const bool is_own = pid == posix::own_pid();
  std::vector<OpenFile> files;
  for (const int fd : numbers_in(*folder)) {
    if (is_own && fd == folder->fd()) continue;
    if (auto file = look_at(*folder, fd)) files.push_back(std::move(*file));
  }
  return files;
}

std::optional<OpenFile> read_open_file(pid_t pid, int fd) {
  const auto folder = open_folder(pid, "fd");
  return folder ? look_at(*folder, fd) : std::nullopt;
}

std::vector<DescriptorIdentity> read_descriptor_identities(pid_t pid) {
  const auto folder = open_folder(pid, "fd");
  std::vector<DescriptorIdentity> found;
  if (!folder) return found;
  for (const int fd : numbers_in(*folder))
    if (const auto about = folder->stat_of(std::to_string(fd)))
      found.push_back({.fd = fd, .device = about->st_dev, .inode = about->st_ino});
  return found;
}

std::optional<std::uint64_t> count_open_files(pid_t pid) {
  if (has_fd_count_in_stat()) {
    const auto count = size_of_fd_folder(fmt::format("/proc/{}", pid));
    if (!count || *count > 0) return count;
    // None: a zombie, or a main thread that ended before the others.
    return size_of_fd_folder(folder_of(pid));
  }
  return count_open_files_by_listing(pid);
}

std::optional<std::uint64_t> count_open_files_by_listing(pid_t pid) {
  const auto folder = open_folder(pid, "fd");
  if (!folder) return none_if_ending<std::uint64_t>(pid);
  const std::uint64_t count = folder->names().size();
  return pid == posix::own_pid() ? count - 1 : count;  // less the folder itself
}

bool has_fd_count_in_stat() {
  static const bool it_has = look_for_fd_count_in_stat();
  return it_has;
}

InnerCounts parse_fdinfo(std::string_view text) {
  InnerCounts counts;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.starts_with("tfd:")) ++counts.epoll_targets;
    if (line.starts_with("inotify wd:")) ++counts.inotify_watches;
    if (line.starts_with("lock:")) ++counts.locks;
  }
  return counts;
}

std::optional<unsigned> parse_open_flags(std::string_view fdinfo) {
  std::optional<unsigned> flags;
  for_each_field(fdinfo, [&](std::string_view key, std::string_view value) {
    if (key == "flags") flags = parse_number<unsigned>(value, 8);
  });
  return flags;
}

std::optional<unsigned> read_open_flags(pid_t pid, int fd) {
  const auto text = read_text(pid, fmt::format("fdinfo/{}", fd));
  return text ? parse_open_flags(*text) : std::nullopt;
}

std::unordered_set<std::uint64_t> parse_locked_inodes(std::string_view locks_text) {
  std::unordered_set<std::uint64_t> inodes;
  while (!locks_text.empty()) {
    std::string_view line = take_line(locks_text);  // 1: FLOCK ADVISORY WRITE 71 fd:00:4711 0 EOF
    while (!line.empty()) {
      const std::string_view word = take_word(line);
      const std::size_t colon = word.rfind(':');
      if (colon == std::string_view::npos || word.find(':') == colon) continue;
      if (const auto inode = parse_number<std::uint64_t>(word.substr(colon + 1)))
        inodes.insert(*inode);
    }
  }
  return inodes;
}

std::optional<DescriptorCensus> take_descriptor_census(
    pid_t pid, const std::optional<std::unordered_set<std::uint64_t>>& locked) {
  const auto files = open_folder(pid, "fd");
  const auto infos = open_folder(pid, "fdinfo");
  if (!files || !infos) return none_if_ending<DescriptorCensus>(pid);
  DescriptorCensus census;
  for (const int fd : numbers_in(*files)) {
    const std::string name = std::to_string(fd);
    const auto about = files->stat_of(name);
    if (!about) continue;  // Closed meanwhile.
    if (S_ISSOCK(about->st_mode)) {
      census.sockets.push_back(about->st_ino);
      continue;
    }
    const bool is_file = S_ISREG(about->st_mode) && about->st_nlink > 0;
    if (is_file && locked && !locked->contains(about->st_ino)) continue;
    if (S_ISFIFO(about->st_mode) || S_ISCHR(about->st_mode)) continue;
    if (const auto target = files->read_link(name))
      census.deleted_files +=
          about->st_nlink == 0 && kind_of(*about, *target) == OpenFile::Kind::kRegular;
    if (const auto text = infos->read_file(name)) {
      const InnerCounts counts = parse_fdinfo(*text);
      census.inner.epoll_targets += counts.epoll_targets;
      census.inner.inotify_watches += counts.inotify_watches;
      census.inner.locks += counts.locks;
    }
  }
  return census;
}

}  // namespace watertight::proc
