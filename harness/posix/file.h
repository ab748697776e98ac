// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/unique_fd.h"

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace watertight::posix {

/// Opens with O_CLOEXEC added. Throws HarnessError.
UniqueFd open_file(const std::filesystem::path& path, int flags, unsigned mode = 0);

/// Opens; empty where the object is gone (ENOENT, ESRCH, ENOTDIR). Throws HarnessError otherwise.
std::optional<UniqueFd> open_if_there(const std::filesystem::path& path, int flags);

/// About the object that a path leads to (stat(2)); empty where it is gone. Throws HarnessError.
std::optional<struct stat> stat_if_there(const std::filesystem::path& path);

/// The whole text of a file; empty where it is gone or its process ended meanwhile.
/// Throws HarnessError for everything else (EACCES, EIO, …).
std::optional<std::string> read_file(const std::filesystem::path& path);

/// Reads a `/proc` file that was opened before, from its start (pread(2)), into `buffer`, which
/// grows as needed and keeps its capacity. For files of short records (status, stat, children,
/// smaps_rollup), of which it costs one syscall; not for maps, whose lines hold paths. Empty where
/// its process has ended.
std::optional<std::string_view> reread(const UniqueFd& file, std::string& buffer);

/// Creates or replaces. Throws HarnessError.
void write_file(const std::filesystem::path& path, std::string_view text, unsigned mode = 0644);

/// True where the file system of a path has no disk behind it: tmpfs, ramfs (statfs(2)).
/// Throws HarnessError.
bool is_kept_in_memory(const std::filesystem::path& path);

/// The last `lines` lines of a file, at most 64 KiB; empty where there is no such file.
std::string read_tail(const std::filesystem::path& path, std::size_t lines);

}  // namespace watertight::posix
