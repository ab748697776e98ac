// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/finding.h"
#include "blame/symbols.h"

#include <string>
#include <string_view>
#include <vector>

namespace watertight::blame {

/// What ASan, LSan, TSan and UBSan wrote to their `log_path`; one process may have written several
/// reports.
struct SanitizerReport {
  std::vector<Finding> findings;
  /// Why LeakSanitizer could not look, where it says so: it then ends the process with 23, as it
  /// does for leaks. Empty where it could, or was not asked.
  std::string could_not_look;
};

/// Reads the text of a report, cut off or not, symbolized or not. Of each error the first stack is
/// given: what leaked, read or raced, and of a thread that was not joined, who made it. There is no
/// other format: https://github.com/google/sanitizers/issues/268
SanitizerReport parse_sanitizer_report(std::string_view text);

/// Names the frames of which the report has module and offset alone, as it has where no symbolizer
/// was in the daemon's PATH. Inlined functions become frames of their own.
void add_names(Finding& finding, Symbols& symbols);

}  // namespace watertight::blame
