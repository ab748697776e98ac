// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace watertight::rehearsals {

/// Whether two processes execute different files; false where one of them has ended, or is not ours
/// to look at.
bool run_different_programs(pid_t one, pid_t other);

}  // namespace watertight::rehearsals
