// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"

#include <vector>

namespace watertight::rehearsals {

/// Signals for which the main process has a handler and that do not mean the end, a core dump or a
/// change of its children by convention. What they do mean only the daemon knows: haproxy stops on
/// SIGUSR1.
std::vector<int> harmless_signals_of(const launch::Daemon& daemon);

}  // namespace watertight::rehearsals
