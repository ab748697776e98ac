// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What a daemon does when it runs out of something; table.cc says what each check claims.

#include "rehearsals/check.h"

#include <span>

namespace watertight::rehearsals {

CheckResult limits_emfile(const Scenario& scenario, const Interrupted& interrupted);

/// The rows of the group.
std::span<const Check> limits_checks();

}  // namespace watertight::rehearsals
