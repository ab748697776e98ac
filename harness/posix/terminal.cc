// SPDX-License-Identifier: Apache-2.0
#include "posix/terminal.h"

#include "posix/checked.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace watertight::posix {

bool is_terminal(int fd) { return isatty(fd) == 1; }

std::optional<TerminalSize> terminal_size(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == -1) return std::nullopt;
  if (size.ws_col == 0 || size.ws_row == 0) return std::nullopt;
  return TerminalSize{size.ws_col, size.ws_row};
}

PseudoTerminal open_terminal() {
  UniqueFd master(checked(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), "open", "/dev/ptmx"));
  int is_locked = 0, number = 0;
  checked(::ioctl(master.get(), TIOCSPTLCK, &is_locked), "ioctl", "/dev/ptmx");
  checked(::ioctl(master.get(), TIOCGPTN, &number), "ioctl", "/dev/ptmx");
  const std::string path = "/dev/pts/" + std::to_string(number);
  checked(::chmod(path.c_str(), 0666), "chmod", path);
  return {std::move(master), path};
}

}  // namespace watertight::posix
