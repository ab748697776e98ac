// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace watertight::rehearsals {

/// Put before a command (Site::Start::through): in a mount namespace of its own, the file at
/// `path` is an empty one on a disk that is full. Made where it is not there.
std::vector<std::string> on_full_disk(const std::string& path);

/// Whether we may do that: it takes root.
bool can_fill_disk(const std::string& path);

}  // namespace watertight::rehearsals
