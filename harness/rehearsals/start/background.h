// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "rehearsals/stage.h"

#include <variant>

namespace watertight::rehearsals {

/// A ready instance whose launcher has ended and left it behind; or the result that says why there
/// is none: a daemon in the foreground has nobody to let go of.
std::variant<launch::Daemon, CheckResult> start_in_background(Stage& stage);

}  // namespace watertight::rehearsals
