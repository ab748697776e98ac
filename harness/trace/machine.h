// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What differs between architectures: one file machine_ARCHITECTURE.cc each, of which
/// one has anything in it for the compiler. Tested on x86-64; aarch64 is written by the book, and
/// untested.

#include "posix/tracee.h"
#include "trace/wait.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace watertight::trace {

/// False on architectures for which there is no such file.
bool is_supported();

/// Where a thread is, between two instructions.
struct Place {
  std::uint64_t instruction = 0;  ///< Address of the next one.
  long call = -1;                 ///< The system call that it would make, were it that.
};
std::optional<Place> place_of(const posix::Tracee& thread);

/// The bytes of the instruction that makes a system call.
std::string_view call_instruction();

/// Of a thread that waited and was interrupted (TraceStop::kHalt): puts it right before the
/// instruction that makes the call, with the signal mask that it has there. So it makes the call
/// as if it had never been in it, and a signal that is sent now comes between what it did before
/// and its wait. False where it was not in that call.
bool step_back(const posix::Tracee& thread, const Wait& wait);

}  // namespace watertight::trace
