// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "posix/process.h"
#include "rehearsals/check.h"
#include "rehearsals/evidence.h"

#include <watertight/scenario.h>

#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace watertight::rehearsals {

/// Sends SIGTERM to the main process.
void tell_main(const launch::Daemon& daemon);
/// Sends SIGTERM to every process until no new one turns up, as systemd goes through a cgroup.
void tell_all(const launch::Daemon& daemon);

/// How a daemon is told to end, and how long it may take.
struct StopPlan {
  Duration window{};
  std::function<void(const launch::Daemon&)> tell = tell_main;  ///< Sends the first signals.
  /// False: the stop is over with the main process, and a little time for the others to notice;
  /// true: they all have the window.
  bool waits_for_all = false;
  /// False: for as long as others on the machine keep a CPU from it, its time stands still; true:
  /// to be in time all the same is what is asked.
  bool counts_competition = false;
};

/// What children need to notice that their parent is gone.
inline constexpr std::chrono::milliseconds kGrace{200};

/// What came of stopping a daemon.
struct Stop {
  bool main_in_window = false;  ///< The main process ended before SIGKILL.
  bool all_in_window = false;   ///< So did every other one, in the time it had.
  /// Of the main process; empty where SIGKILL ended it.
  std::optional<posix::ExitStatus> status;
  Duration until_exit{};                 ///< From the first signal to the end of the main process.
  std::optional<Duration> until_kill{};  ///< To SIGKILL; empty where there was none.
  Duration cpu{};                        ///< Used by all its processes from the first signal on.
  /// SIGTERM still waits to be taken by the main process when the window is over.
  bool is_signal_pending = false;
  /// Processes alive when the window was over: pid and command, and whether they were born after
  /// the first signal.
  std::vector<std::string> survivors;
  HangEvidence evidence;  ///< What the survivors were doing.
};

/// The stop as it went: SIGTERM, the end of the main process, SIGKILL.
std::vector<Event> timeline_of(const Stop& stop);

/// As the scenario's profile has it: SIGTERM to the main process or to all.
StopPlan plan_of(const Window& window);

/// Tells the daemon to end, waits until every process of it has ended or the window is over, notes
/// the survivors, and ends those with SIGKILL.
Stop stop_daemon(launch::Daemon& daemon, const StopPlan& plan, const Interrupted& interrupted);

/// "5 s (tlpi)"
std::string text_of(const Window& window);

}  // namespace watertight::rehearsals
