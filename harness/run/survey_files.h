// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Which files a running daemon is found to use. For run/survey.h.

#include "launch/daemon.h"

#include <string>
#include <vector>

namespace watertight::run {

/// What its processes hold open.
struct DaemonFiles {
  std::vector<std::string> written;  ///< Regular files that are open for writing, in no order.
  std::vector<std::string> locks;    ///< "It holds an exclusive lock (flock) on /run/d.pid."
};
DaemonFiles files_of(const launch::Daemon& daemon);

/// A file that holds the pid of one of its processes, the main one preferred: among those that it
/// has open, that its command names, in `{state}`, and in /run since it was started. Empty where
/// there is none.
std::string find_pid_file(const launch::Daemon& daemon);

}  // namespace watertight::run
