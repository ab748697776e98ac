// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "posix/clock.h"
#include "proc/schedstat.h"

#include <map>
#include <optional>
#include <string>

namespace watertight::rehearsals {

/// Watches the threads of an instance for one that never rests.
class BusiestThread {
 public:
  explicit BusiestThread(const launch::Daemon& daemon);

  /// Since it was made: the thread that wanted a CPU for most of the time. On a busy machine one
  /// that rests waits for the CPU each time it wakes up, but then needs next to none of it.
  struct Demand {
    double wanted = 0;  ///< Ran or waited for a CPU; 0 to 1, of the time.
    double ran = 0;
    pid_t thread = 0;

    bool is_spinning() const { return wanted >= 0.8 && ran >= 0.05; }
    std::string describe() const;  ///< "thread 41 ran 71 % of the time, and wanted 99 %"
  };
  Demand look() const;

 private:
  std::map<pid_t, proc::CpuDemand> demands() const;

  const launch::Daemon& daemon_;
  posix::Clock::time_point begin_;
  std::map<pid_t, proc::CpuDemand> before_;
};

}  // namespace watertight::rehearsals
