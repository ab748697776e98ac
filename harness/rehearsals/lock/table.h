// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rehearsals/check.h"

#include <span>

namespace watertight::rehearsals {

/// The checks of the PID file and its lock.
std::span<const Check> lock_checks();

}  // namespace watertight::rehearsals
