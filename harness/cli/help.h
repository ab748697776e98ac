// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace watertight::cli {

extern const std::string_view kHelp;       ///< Of `watertight --help`.
extern const std::string_view kCheckHelp;  ///< Of `watertight check --help`; names every option.

}  // namespace watertight::cli
