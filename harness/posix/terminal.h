// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/unique_fd.h"

#include <filesystem>
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

/// A terminal of our own making (posix_openpt(3)): when `master` is closed, its session is hung up.
struct PseudoTerminal {
  UniqueFd master;
  std::filesystem::path path;  ///< What a session takes for its terminal; every user may.
};
/// Throws HarnessError.
PseudoTerminal open_terminal();

}  // namespace watertight::posix
