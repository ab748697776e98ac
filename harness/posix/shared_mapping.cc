// SPDX-License-Identifier: Apache-2.0
#include "posix/shared_mapping.h"

#include "posix/checked.h"
#include "posix/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace watertight::posix {

SharedMapping SharedMapping::create(const std::filesystem::path& path, std::size_t bytes) {
  const UniqueFd file = open_file(path, O_RDWR | O_CREAT | O_EXCL, 0666);
  checked(::fchmod(file.get(), 0666), "fchmod", path.string());  // Whatever the umask.
  return map(file, path, bytes);
}

SharedMapping SharedMapping::open(const std::filesystem::path& path, std::size_t bytes) {
  return map(open_file(path, O_RDWR), path, bytes);
}

SharedMapping SharedMapping::map(const UniqueFd& file, const std::filesystem::path& path,
                                 std::size_t bytes) {
  checked(::ftruncate(file.get(), static_cast<off_t>(bytes)), "ftruncate", path.string());
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (memory == MAP_FAILED) throw HarnessError("mmap", path.string(), errno);
  return {static_cast<std::byte*>(memory), bytes};
}

SharedMapping& SharedMapping::operator=(SharedMapping&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

SharedMapping::~SharedMapping() {
  if (memory_ != nullptr) ::munmap(memory_, bytes_);
}

}  // namespace watertight::posix
