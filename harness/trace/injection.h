// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trace/wait.h"

#include <optional>
#include <string>
#include <variant>

namespace watertight::trace {

/// A signal that was sent at the one moment at which it is lost: when the program has looked at
/// its flag, and has not yet begun to wait.
struct Injection {
  Waits waits;        ///< What every thread of the process was about to do.
  pid_t taker = 0;    ///< The thread that the kernel gives the signal to.
  TimeLimit limit{};  ///< Of the taker's wait.
  bool is_held =
      false;  ///< Every thread blocks it there, so it comes within a wait at the earliest.
};

/// Sends a signal to a process whose threads all wait, right before they do: each of them is
/// stopped, put before the instruction of its call, and let go. A real signal can come just then.
///
/// A sentence where it was not possible: it runs, or waits in a call that cannot be begun anew.
/// Refused where the process must not be traced. Throws HarnessError.
struct NotInjected {
  std::string reason;
  bool is_refused = false;
};
std::variant<Injection, NotInjected> inject_before_wait(pid_t pid, int signal);

}  // namespace watertight::trace
