// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The files of `assets/` and `vendor/` that the HTML page is made of, as they stand there.

#include <string_view>

namespace watertight::report {

extern const std::string_view kPageStyle;    ///< assets/page.css
extern const std::string_view kPageScript;   ///< assets/page.js
extern const std::string_view kUplotStyle;   ///< vendor/uplot/uPlot.min.css
extern const std::string_view kUplotScript;  ///< vendor/uplot/uPlot.iife.min.js

}  // namespace watertight::report
