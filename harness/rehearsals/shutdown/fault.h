// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rehearsals/stop.h"

#include <functional>
#include <optional>
#include <string_view>

namespace watertight::rehearsals {

/// What is wrong with a stop: the main process outlived the window, or crashed. Empty where it
/// ended well. `when` goes on from there: "still alive 5 s (tlpi) after SIGTERM under load".
std::optional<CheckResult> find_fault(const Stop& stop, const launch::Daemon& daemon,
                                      std::string_view when);

/// Lets up to three more instances go the same way with ptrace(2) at their side, and adds to a
/// crash where it was, or that it did not happen again.
void add_crash(const Scenario& scenario, const Interrupted& interrupted,
               const std::function<void(const launch::Daemon&)>& tell, CheckResult& crash);

}  // namespace watertight::rehearsals
