// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rehearsals/stop.h"

#include <optional>
#include <string_view>

namespace watertight::rehearsals {

/// What is wrong with a stop: the main process outlived the window, or crashed. Empty where it
/// ended well. `when` goes on from there: "still alive 5 s (tlpi) after SIGTERM under load".
std::optional<CheckResult> find_fault(const Stop& stop, const launch::Daemon& daemon,
                                      std::string_view when);

}  // namespace watertight::rehearsals
