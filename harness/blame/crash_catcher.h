// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/thread_stacks.h"

#include <sys/types.h>

#include <atomic>
#include <thread>
#include <vector>

namespace watertight::blame {

/// Waits with ptrace(2) at the side of a daemon that is expected to crash, on a thread of its own,
/// and reads the stack of the thread that does, in the instant before. For an instance of which
/// nothing is measured: every signal takes a way about us.
///
/// A daemon that handles the signal, to write something down, gets it; its last one counts.
class CrashCatcher {
 public:
  explicit CrashCatcher(std::vector<pid_t> processes);
  ~CrashCatcher();
  CrashCatcher(const CrashCatcher&) = delete;
  CrashCatcher& operator=(const CrashCatcher&) = delete;

  /// A process has ended by such a signal, or nobody is there, or nobody can be traced.
  bool is_over() const { return is_over_; }

  /// Lets the daemon go and gives the stack of the thread that crashed; none where nobody did.
  ThreadStacks result();

 private:
  void watch(const std::vector<pid_t>& processes);

  std::atomic<bool> is_ready_ = false, is_over_ = false, is_enough_ = false, has_crashed_ = false;
  ThreadStacks caught_;
  std::jthread thread_;  ///< The one that traces: all other members are there before it.
};

}  // namespace watertight::blame
