// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/tracee.h"
#include "trace/functions.h"
#include "trace/refusal.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace watertight::trace {

/// What a signal handler did, once.
struct HandlerRun {
  enum class End {
    kReturned,      ///< To where the signal came.
    kNotDelivered,  ///< Blocked, or taken by signalfd(2) or sigwait(3): no handler ran.
    kOnlyInWaits,   ///< The signal is blocked but for a wait: what it calls is not looked at.
    kLeft,          ///< By longjmp(3), or the process ended.
    kBlocked,       ///< It waits in a system call.
    kTooLong,       ///< It is not over yet, after 200 000 instructions or 8 s.
  };
  int signal = 0;
  End end = End::kNotDelivered;
  /// Unsafe functions that it entered, each once, in this order. By steps only.
  std::vector<std::string> functions{};
  std::vector<long> calls{};         ///< System calls, in this order.
  std::vector<std::string> signs{};  ///< What calls betray: memory, locks, files of the C library.
  std::uint64_t instructions = 0;    ///< By steps only.
  bool saves_errno = false;  ///< Asked for errno before a call that may fail. By steps only.
};

/// How a handler is looked at: instruction by instruction, which names functions; or from system
/// call to system call, on any architecture.
enum class Look { kSteps, kCalls };

/// Sends the signal to a process and looks at the thread that takes it, until its handler returns.
/// Where the handler runs only within a wait that unblocks the signal (sigsuspend(2), ppoll(2)), it
/// does not run at all. The same is said of one that ran where the signal was unblocked for the
/// wait alone: the first call after it blocks the signal again. Throws HarnessError.
std::variant<HandlerRun, Refusal> audit_handler(pid_t pid, int signal, Look look);

/// What a call in a handler betrays: "takes memory (brk)", "waits for a lock (futex)"; empty for
/// nothing. `text` is the path or address that it is given. Pure.
std::string sign_of(const posix::TracedCall& call, std::string_view text);

}  // namespace watertight::trace
