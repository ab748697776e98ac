// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace watertight::guard {

/// A file read whole into memory and closed with a NUL; the memory is kept for the next file.
class Text {
 public:
  Text() = default;
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  ~Text() { free(bytes_); }

  /// False where it cannot be read.
  bool read(const char* path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    size_ = 0;
    ssize_t count = 1;
    while (count > 0 && grow()) {
      count = ::read(fd, bytes_ + size_, capacity_ - size_ - 1);
      if (count > 0) size_ += static_cast<std::size_t>(count);
    }
    close(fd);
    if (count != 0) return false;
    bytes_[size_] = '\0';
    return true;
  }

  const char* begin() const { return bytes_; }
  char* begin() { return bytes_; }

 private:
  bool grow() {
    if (capacity_ - size_ > 4096) return true;
    std::size_t capacity = capacity_ == 0 ? 16384 : 2 * capacity_;
    char* bytes = static_cast<char*>(realloc(bytes_, capacity));
    if (bytes == nullptr) return false;
    bytes_ = bytes;
    capacity_ = capacity;
    return true;
  }

  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace watertight::guard
