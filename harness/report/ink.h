// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The few colours of the terminal texts. Private to report/.

#include <string>
#include <string_view>

namespace watertight::report {

enum class Ink { kPlain, kBold, kDim, kGood, kBad, kWarning };

/// The text between the escape sequences of its ink (ECMA-48 SGR, the 8 colours every terminal
/// has).
inline std::string inked(std::string_view text, Ink ink, bool is_colored) {
  constexpr std::string_view kSequences[] = {"",           "\x1B[1m",    "\x1B[2m",
                                             "\x1B[1;32m", "\x1B[1;31m", "\x1B[1;33m"};
  if (!is_colored || ink == Ink::kPlain || text.empty()) return std::string(text);
  return std::string(kSequences[static_cast<int>(ink)]).append(text).append("\x1B[0m");
}

}  // namespace watertight::report
