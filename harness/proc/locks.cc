// SPDX-License-Identifier: Apache-2.0
#include "proc/locks.h"

#include "posix/open_directory.h"
#include "proc/folder.h"
#include "proc/process.h"
#include "proc/text.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace watertight::proc {
namespace {

/// `1: FLOCK  ADVISORY  WRITE 359 00:13:11691 0 EOF`
std::optional<LockLine> parse_lock_line(std::string_view line) {
  take_word(line);
  const std::string_view kind = take_word(line);
  take_word(line);
  const bool is_exclusive = take_word(line) == "WRITE";
  if (kind == "POSIX") return LockLine{LockKind::kPosix, is_exclusive};
  if (kind == "OFDLCK") return LockLine{LockKind::kOpenFile, is_exclusive};
  if (kind == "FLOCK") return LockLine{LockKind::kFlock, is_exclusive};
  return std::nullopt;
}

}  // namespace

std::string_view to_string(LockKind kind) {
  switch (kind) {
    case LockKind::kPosix:
      return "F_SETLK";
    case LockKind::kOpenFile:
      return "F_OFD_SETLK";
    case LockKind::kFlock:
      return "flock";
  }
  return "lock";
}

LockInfo parse_lock_info(std::string_view fdinfo) {
  LockInfo info;
  for_each_field(fdinfo, [&info](std::string_view key, std::string_view value) {
    if (key == "flags") {
      const auto flags = parse_number<unsigned>(value, 8);
      info.closes_on_exec = flags && (*flags & O_CLOEXEC) != 0;
    } else if (key == "lock") {
      if (const auto lock = parse_lock_line(value)) info.locks.push_back(*lock);
    }
  });
  return info;
}

std::optional<std::vector<HeldLock>> read_held_locks(pid_t pid) {
  const auto files = open_folder(pid, "fd");
  const auto infos = open_folder(pid, "fdinfo");
  std::vector<HeldLock> held;
  if (!files || !infos) return read_stat(pid) ? std::optional(held) : std::nullopt;
  for (const int fd : numbers_in(*files)) {
    const std::string name = std::to_string(fd);
    const auto about = files->stat_of(name);
    if (!about || !S_ISREG(about->st_mode)) continue;
    const auto target = files->read_link(name);
    const auto text = infos->read_file(name);
    if (!target || !text) continue;  // Closed between the looks.
    const LockInfo info = parse_lock_info(*text);
    for (const LockLine& lock : info.locks) {
      held.push_back({.kind = lock.kind,
                      .is_exclusive = lock.is_exclusive,
                      .closes_on_exec = info.closes_on_exec,
                      .fd = fd,
                      .device = about->st_dev,
                      .inode = about->st_ino,
                      .links = about->st_nlink,
                      .target = *target});
    }
  }
  return held;
}

}  // namespace watertight::proc
