// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/unique_fd.h"

#include <cstddef>
#include <filesystem>
#include <utility>

namespace watertight::posix {

/// Owns a mapping of a whole file that other processes map as well (MAP_SHARED). Move-only.
class SharedMapping {
 public:
  /// Makes a file of zeros (sparse) that every user may write. Throws HarnessError, also where it
  /// exists.
  static SharedMapping create(const std::filesystem::path& path, std::size_t bytes);

  /// Of a file that is there, made that long. Throws HarnessError.
  static SharedMapping open(const std::filesystem::path& path, std::size_t bytes);

  SharedMapping(SharedMapping&& other) noexcept
      : memory_(std::exchange(other.memory_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  SharedMapping& operator=(SharedMapping&& other) noexcept;
  SharedMapping(const SharedMapping&) = delete;
  SharedMapping& operator=(const SharedMapping&) = delete;
  ~SharedMapping();

  std::byte* data() const { return memory_; }
  std::size_t size() const { return bytes_; }

 private:
  SharedMapping(std::byte* memory, std::size_t bytes) : memory_(memory), bytes_(bytes) {}
  static SharedMapping map(const UniqueFd& file, const std::filesystem::path& path,
                           std::size_t bytes);

  std::byte* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace watertight::posix
