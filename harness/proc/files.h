// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace watertight::proc {

/// One open descriptor of a process.
struct OpenFile {
  enum class Kind { kRegular, kDirectory, kSocket, kPipe, kDevice, kAnonymous, kMemfd };
  int fd = -1;
  Kind kind = Kind::kAnonymous;
  std::uint64_t device = 0, inode = 0;
  std::uint64_t links = 0;  ///< 0: deleted, where `kind` is kRegular.
  std::string target;  ///< Text of the link: `/var/log/x`, `socket:[71]`, `anon_inode:[eventpoll]`.
};

/// All descriptors; none for a zombie, empty where the process is gone. Costs two syscalls a
/// descriptor.
std::optional<std::vector<OpenFile>> read_open_files(pid_t pid);

/// One of them; empty where it is closed. Throws HarnessError.
std::optional<OpenFile> read_open_file(pid_t pid, int fd);

/// What tells a descriptor from another that is opened later under its number, mostly.
struct DescriptorIdentity {
  int fd = -1;
  std::uint64_t device = 0, inode = 0;
};

/// Of all descriptors, for one syscall each; none where the process is gone. Throws HarnessError.
std::vector<DescriptorIdentity> read_descriptor_identities(pid_t pid);

/// Number of open descriptors: st_size of `/proc/PID/fd`, one syscall (kernel 6.2; a listing
/// before). Does not count the harness's own look.
std::optional<std::uint64_t> count_open_files(pid_t pid);

/// The same by a listing, whose cost grows with the number; for kernels before 6.2.
std::optional<std::uint64_t> count_open_files_by_listing(pid_t pid);

/// True where st_size of `/proc/PID/fd` is the number of descriptors (kernel 6.2).
bool has_fd_count_in_stat();

/// Counts kept inside one descriptor: epoll targets, inotify watches and locks held.
struct InnerCounts {
  std::uint64_t epoll_targets = 0;
  std::uint64_t inotify_watches = 0;
  std::uint64_t locks = 0;  ///< `lock:` lines.
};
InnerCounts parse_fdinfo(std::string_view text);

/// What the descriptors of a process come to.
struct DescriptorCensus {
  std::uint64_t deleted_files = 0;     ///< Regular files without a name; memfd apart.
  std::vector<std::uint64_t> sockets;  ///< Inodes.
  InnerCounts inner;  ///< A fcntl(2) lock counts once for each descriptor of its file.
};

/// The flags with which a descriptor was opened (`flags:`, O_* of open(2)); empty where they are
/// not told.
std::optional<unsigned> parse_open_flags(std::string_view fdinfo);
std::optional<unsigned> read_open_flags(pid_t pid, int fd);

/// Inodes of all files that somebody has locked. The pids in `/proc/locks` are not to be trusted
/// (that of a flock(2) is who took it, dead or alive); the inodes are.
std::unordered_set<std::uint64_t> parse_locked_inodes(std::string_view locks_text);

/// Costs one syscall a descriptor, and four more for each that can hold something inside: regular
/// files are looked into where `locked` names their inode, all of them where there is no `locked`.
/// Empty where the process is gone, nothing for a zombie.
std::optional<DescriptorCensus> take_descriptor_census(
    pid_t pid, const std::optional<std::unordered_set<std::uint64_t>>& locked = std::nullopt);

}  // namespace watertight::proc
