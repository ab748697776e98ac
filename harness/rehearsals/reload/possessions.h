// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "rehearsals/stage.h"

#include <set>
#include <string>
#include <vector>

namespace watertight::rehearsals {

/// What a reload must not cost a daemon, in words: its listeners, its PID file, the lock on that.
std::set<std::string> possessions_of(const launch::Daemon& daemon);

/// Which of them it has lost; what it gives up and takes again has 2 s.
std::vector<std::string> lost_of(const std::set<std::string>& before, const launch::Daemon& daemon);

/// Whether its main process ignores SIGHUP: there is no reload.
bool ignores_reload(const launch::Daemon& daemon);

/// Of a daemon that SIGHUP ended: one that has no reload, or one that broke. `reload` counts the
/// signals.
CheckResult judge_end(launch::Daemon& daemon, int reload);

}  // namespace watertight::rehearsals
