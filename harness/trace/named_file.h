// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/tracee.h"
#include "trace/tracer.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace watertight::trace {

/// A path that a system call is given: a string in the caller's memory, from a folder on.
struct PathArgument {
  int folder = 0;  ///< Descriptor, or AT_FDCWD.
  std::uint64_t address = 0;
};

/// The names that a call takes away or gives to another file: those of unlink(2), rename(2) and
/// their like. Pure.
std::vector<PathArgument> removed_names(const posix::TracedCall& call);

/// The descriptor that a call locks: flock(2), or fcntl(2) with F_SETLK, F_OFD_SETLK and those that
/// wait. Pure: fcntl(2) may unlock as well, which its memory tells.
std::optional<int> locked_descriptor(const posix::TracedCall& call);

/// A file by the folder that it is in and its name there, so that every way to it is known, that
/// through another mount namespace too.
class NamedFile {
 public:
  explicit NamedFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// At the entry of a call that takes the name away.
  bool is_removed_by(const Thread& thread) const;
  /// In a call, or at its exit, that locks the file which has the name now.
  bool is_locked_by(const Thread& thread) const;

 private:
  bool is_meant_by(const Thread& thread, const PathArgument& argument) const;

  std::filesystem::path path_;
};

}  // namespace watertight::trace
