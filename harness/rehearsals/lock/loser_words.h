// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string_view>

namespace watertight::rehearsals {

/// Whether a line of output tells that the daemon runs already: by the pid of the holder, or in
/// words.
bool says_who_runs(std::string_view line, pid_t holder);

}  // namespace watertight::rehearsals
