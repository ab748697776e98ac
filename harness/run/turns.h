// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "proc/process.h"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace watertight::run {

/// How often a thread went to sleep and woke up again.
struct Turning {
  std::uint64_t turns = 0;
  double seconds = 0;  ///< From the first wake-up that was seen to the last one.
  double running = 0;  ///< Share of the looks at which it ran or waited for a CPU.

  /// Seconds a turn; empty before the second wake-up.
  std::optional<double> period() const;
};

/// Counts the turns of the loops of a daemon that nobody asks for anything: the voluntary context
/// switches of its threads (proc_pid_status(5)). A turn that waits for a disk as well counts as
/// several, always the same number.
class TurnCounter {
 public:
  /// Follows the threads of `processes` that live now.
  explicit TurnCounter(const std::vector<pid_t>& processes);

  /// To be called often: a wake-up is dated by the look that finds it.
  void look();

  /// In the order of processes and threads, which is that of their birth.
  std::vector<Turning> turnings() const;
  std::uint64_t most_turns() const;  ///< Of any one thread.

 private:
  struct Thread {
    std::uint64_t waits = 0;  ///< At the last look.
    std::uint64_t runs = 0;   ///< Looks that found it in state R.
    std::optional<std::pair<posix::Clock::time_point, std::uint64_t>> first;
    posix::Clock::time_point last{};
  };
  using Activities = std::vector<proc::ThreadActivity>;
  std::map<std::pair<pid_t, pid_t>, Thread> threads_;  ///< By process and thread.
  std::uint64_t looks_ = 0;
};

}  // namespace watertight::run
