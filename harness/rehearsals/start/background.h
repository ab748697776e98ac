// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "rehearsals/stage.h"

#include <string>
#include <variant>
#include <vector>

namespace watertight::rehearsals {

/// A ready instance whose launcher has ended and left it behind; or the result that says why there
/// is none: a daemon in the foreground has nobody to let go of.
std::variant<launch::Daemon, CheckResult> start_in_background(Stage& stage);

/// What an instance that says that it is ready does not have: an address of the scenario at which
/// nobody listens, a pid in its PID file.
std::vector<std::string> missing_of(const launch::Daemon& daemon);

}  // namespace watertight::rehearsals
