// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rehearsals/check.h"

#include <span>

namespace watertight::rehearsals {

/// The row of `daemon.responsive`: it answers in every phase of its life.
std::span<const Check> daemon_checks();

}  // namespace watertight::rehearsals
