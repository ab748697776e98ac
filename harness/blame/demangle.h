// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace watertight::blame {

/// The name that the source has for a symbol: C++ (`_ZN…`) and Rust (`_ZN…17h<hash>E` and `_R…`),
/// without parameters and Rust's hash. Any other name is given back as it is.
std::string demangle(const std::string& symbol);

}  // namespace watertight::blame
