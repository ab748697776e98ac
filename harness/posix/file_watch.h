// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/unique_fd.h"

#include <filesystem>

namespace watertight::posix {

/// Notices that somebody opens a file (inotify(7)), whoever that is, ourselves included.
class OpenWatch {
 public:
  /// Throws HarnessError.
  explicit OpenWatch(const std::filesystem::path& path);

  /// Whether it was opened since the last question.
  bool was_opened();

 private:
  UniqueFd events_;
};

}  // namespace watertight::posix
