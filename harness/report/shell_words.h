// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace watertight::report {

/// The arguments as they are typed into a shell: quoted where they must be, bytes that cannot be
/// typed as bash's `$'\x1B'`.
std::string shell_words(const std::vector<std::string>& arguments);

}  // namespace watertight::report
