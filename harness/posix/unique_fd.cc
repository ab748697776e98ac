// SPDX-License-Identifier: Apache-2.0
#include "posix/unique_fd.h"

#include <unistd.h>

namespace watertight::posix {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void UniqueFd::reset() {
  // Never retried: Linux frees the number even where close(2) answers EINTR.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace watertight::posix
