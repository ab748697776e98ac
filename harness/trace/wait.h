// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "posix/tracee.h"

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace watertight::trace {

/// A system call that a thread waits in.
struct Wait {
  long number = -1;
  std::array<std::uint64_t, 6> arguments{};
  std::uint64_t stack = 0, instruction = 0;

  /// The same line of the program, whatever it waits for there.
  bool is_same_place(const Wait& other) const {
    return number == other.number && stack == other.stack && instruction == other.instruction;
  }
};

/// From `/proc/PID/task/TID/syscall`; empty where the thread runs, or the text is none. Pure.
std::optional<Wait> parse_wait(std::string_view text);

/// Of every thread of a process. Empty where one of them runs or was just woken, the process is
/// gone, or is not ours to look into. Throws HarnessError.
using Waits = std::map<pid_t, Wait>;
std::optional<Waits> read_waits(pid_t pid);

/// Whether the threads are those of `before`, and each waits where it did.
bool are_same_places(const Waits& now, const Waits& before);

/// How long a wait lasts at most, by its own arguments.
struct TimeLimit {
  bool is_known = false;
  std::optional<posix::Clock::duration> time{};  ///< Empty: for ever.
};
/// Reads the memory of the thread, which stands still.
TimeLimit time_limit_of(const posix::Tracee& thread, const Wait& wait);

/// "nanosleep (at most 3600 s)", "pause (without a time limit)", "futex"
std::string describe(const Wait& wait, const TimeLimit& limit);

}  // namespace watertight::trace
