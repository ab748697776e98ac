// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"

#include <sys/types.h>

#include <functional>
#include <vector>

namespace watertight::stress {

/// Waits until a process tree has fallen quiet: every thread in state S and no context switch
/// between two looks. Unchanged CPU ticks would not do: they hold for 79 % of the pairs of looks at
/// a busy loop. Only reads `/proc`, so that the daemon is not disturbed.
///
/// False where it is still busy at `cap`.
bool wait_until_quiet(const std::function<std::vector<pid_t>()>& processes,
                      posix::Clock::duration cap = std::chrono::milliseconds(50));

}  // namespace watertight::stress
