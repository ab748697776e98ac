// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/guard.h"

#include <functional>
#include <optional>
#include <string>

namespace watertight::launch {

/// Runs a command line by `/bin/sh -c` and waits for it. Empty where it exited with 0, else a
/// sentence on what became of it. `like` gives environment, folder, user and output; its arguments
/// do not matter. `interrupted` is polled; a number other than 0 ends the wait. Throws
/// HarnessError.
std::optional<std::string> run_shell(Guard& workbench, const Command& like, const std::string& line,
                                     posix::Clock::duration limit,
                                     const std::function<int()>& interrupted);

}  // namespace watertight::launch
