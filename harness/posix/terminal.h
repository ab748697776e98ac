// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace watertight::posix {

struct TerminalSize {
  unsigned columns;
  unsigned rows;
};

/// Whether `fd` is a terminal (isatty(3)).
bool is_terminal(int fd);

/// Size of the terminal (TIOCGWINSZ); empty where `fd` is none, or one that does not know its size.
std::optional<TerminalSize> terminal_size(int fd);

}  // namespace watertight::posix
