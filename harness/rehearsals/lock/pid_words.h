// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace watertight::rehearsals {

/// What is wrong with the pid that a line of output tells: "names pid 0", "names an empty pid";
/// empty where nothing is, or it tells none.
std::string names_nobody(std::string_view line);

}  // namespace watertight::rehearsals
