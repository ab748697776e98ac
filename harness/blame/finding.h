// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace watertight::blame {

/// One thing that a tool has against the daemon.
struct Finding {
  enum class Kind {
    kLeak,        ///< Memory that nothing refers to.
    kReachable,   ///< Memory that is still referred to, and not freed.
    kHeld,        ///< Memory that was not freed, referred to or not.
    kDescriptor,  ///< A file descriptor that is still open.
    kThread,      ///< A thread that was not joined.
    kRace,        ///< Two threads at one place, one of them writing.
    kMemory,      ///< A read or write that is not allowed, or of what was never written.
    kUndefined,   ///< Undefined behaviour of another sort.
  };
  Kind kind = Kind::kMemory;
  std::string tool_kind = {};     ///< In the tool's own words: `Leak_DefinitelyLost`.
  std::string what = {};          ///< Its sentence.
  std::uint64_t bytes = 0;        ///< kLeak and kReachable.
  std::uint64_t blocks = 0;       ///< Of memory; else how many times it was seen.
  int fd = -1;                    ///< kDescriptor.
  std::vector<Frame> stack = {};  ///< Innermost first: what allocated, opened, read or wrote.
  std::vector<std::uint64_t> addresses = {};  ///< Of the stack's levels, where the tool tells them.
};

/// A finding's stack without what the tool and the C library put on top of the daemon's own call,
/// so that the culprit comes first. Left as it is where there would be nothing left.
std::vector<Frame> from_the_culprit(const std::vector<Frame>& stack);

}  // namespace watertight::blame
