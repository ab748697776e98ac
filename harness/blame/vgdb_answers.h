// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/finding.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace watertight::blame {

/// One entry of memcheck's answer to `leak_check full … increased`. Under `--xml=yes` the answers
/// of the monitor are text as well.
struct LossRecord {
  Finding finding;                 ///< All that the call site has left so far.
  std::uint64_t grown_bytes = 0;   ///< Since the previous search.
  std::uint64_t grown_blocks = 0;  ///< The same; what shrank counts as 0.
};

/// Lines that are no records (the summary, what the daemon prints) are passed over.
std::vector<LossRecord> parse_leak_check(std::string_view answer);

/// Memcheck's answer to `v.info open_fds`: every open descriptor with the stack that opened it.
/// Those that were inherited, Valgrind's own among them, have no stack and are left out.
std::vector<Finding> parse_open_fds(std::string_view answer);

}  // namespace watertight::blame
