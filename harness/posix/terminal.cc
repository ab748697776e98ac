// SPDX-License-Identifier: Apache-2.0
#include "posix/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace watertight::posix {

bool is_terminal(int fd) { return isatty(fd) == 1; }

std::optional<TerminalSize> terminal_size(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == -1) return std::nullopt;
  if (size.ws_col == 0 || size.ws_row == 0) return std::nullopt;
  return TerminalSize{size.ws_col, size.ws_row};
}

}  // namespace watertight::posix
