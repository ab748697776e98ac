// SPDX-License-Identifier: Apache-2.0
#include "trace/named_file.h"

#include "posix/file.h"

#include <asm/unistd.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cstring>
#include <system_error>

namespace watertight::trace {
namespace {

namespace fs = std::filesystem;

// flock(2), whose own header is for those who make the call.
constexpr std::uint64_t kShared = 1, kExclusive = 2, kDoNotWait = 4;

bool are_same(const std::optional<struct stat>& one, const std::optional<struct stat>& other) {
  return one && other && one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

bool unlocks(const posix::Tracee& thread, const posix::TracedCall& call) {
  struct flock lock {};
  const std::string bytes = thread.read_memory(call.arguments[2], sizeof lock);
  if (call.number != __NR_fcntl || bytes.size() != sizeof lock) return false;
  std::memcpy(&lock, bytes.data(), sizeof lock);
  return lock.l_type == F_UNLCK;
}

}  // namespace

std::vector<PathArgument> removed_names(const posix::TracedCall& call) {
  const auto& given = call.arguments;
  const auto folder = [&](std::size_t at) { return static_cast<int>(given[at]); };
  switch (call.number) {
#ifdef __NR_unlink  // Younger architectures do without these.
    case __NR_unlink:
      return {{AT_FDCWD, given[0]}};
    case __NR_rename:
      return {{AT_FDCWD, given[0]}, {AT_FDCWD, given[1]}};
#endif
#ifdef __NR_renameat
    case __NR_renameat:
#endif
    case __NR_renameat2:
      return {{folder(0), given[1]}, {folder(2), given[3]}};
    case __NR_unlinkat:
      return {{folder(0), given[1]}};
    default:
      return {};
  }
}

std::optional<int> locked_descriptor(const posix::TracedCall& call) {
  const auto descriptor = static_cast<int>(call.arguments[0]);
  const std::uint64_t what = call.arguments[1];
  if (call.number == __NR_flock) {
    const std::uint64_t kind = what & ~kDoNotWait;
    return kind == kShared || kind == kExclusive ? std::optional(descriptor) : std::nullopt;
  }
  if (call.number != __NR_fcntl) return std::nullopt;
  const bool locks =
      what == F_SETLK || what == F_SETLKW || what == F_OFD_SETLK || what == F_OFD_SETLKW;
  return locks ? std::optional(descriptor) : std::nullopt;
}

bool NamedFile::is_meant_by(const Thread& thread, const PathArgument& argument) const {
  const std::string text = thread.tracee.read_string(argument.address);
  const fs::path named(text);
  if (named.filename() != path_.filename()) return false;
  const std::string process = fmt::format("/proc/{}/", thread.tracee.tid());
  fs::path folder = process + "root" + named.parent_path().native();
  if (!named.is_absolute()) {
    folder =
        process + (argument.folder == AT_FDCWD ? "cwd" : fmt::format("fd/{}", argument.folder));
    folder /= named.parent_path();
  }
  return are_same(posix::stat_if_there(folder / "."),
                  posix::stat_if_there(path_.parent_path() / "."));
}

bool NamedFile::is_removed_by(const Thread& thread) const {
  if (!thread.call || !thread.call->is_entry || !thread.call->is_native) return false;
  for (const PathArgument& argument : removed_names(*thread.call))
    if (is_meant_by(thread, argument)) return true;
  return false;
}

bool NamedFile::is_locked_by(const Thread& thread) const {
  if (!thread.call || !thread.call->is_native) return false;
  const auto descriptor = locked_descriptor(*thread.call);
  if (!descriptor || unlocks(thread.tracee, *thread.call)) return false;
  return are_same(
      posix::stat_if_there(fmt::format("/proc/{}/fd/{}", thread.tracee.tid(), *descriptor)),
      posix::stat_if_there(path_));
}

}  // namespace watertight::trace
