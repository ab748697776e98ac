// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/socket.h"
#include "posix/unique_fd.h"

#include <filesystem>

namespace watertight::posix {

/// A pipe(2), close-on-exec; the reading end does not block.
struct Pipe {
  UniqueFd reading;
  UniqueFd writing;
};
Pipe open_pipe();

/// A FIFO that everybody may use who reaches it (mkfifo(3)). Throws HarnessError.
void make_fifo(const std::filesystem::path& path);

/// Reads what is there.
Transfer read_some(const UniqueFd& pipe, char* buffer, std::size_t size);

}  // namespace watertight::posix
