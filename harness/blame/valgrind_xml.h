// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/finding.h"

#include <string_view>
#include <vector>

namespace watertight::blame {

/// What Valgrind wrote to its `--xml-file`.
struct ValgrindReport {
  int protocol = 0;          ///< 4, 5 or 6; 0 where the text is none of Valgrind's.
  bool is_complete = false;  ///< Valgrind came to its end: without it no report is a clean one.
  std::vector<Finding> findings;
};

/// Reads protocol 4 to 6 (docs/internals/xml-output-protocol4.txt and its successors). Of a file
/// that was cut off, as that of a daemon that was killed is, it gives the errors that are whole.
/// Before Valgrind 3.23 descriptors that are open at the end are bare stacks in the file, without
/// number and path: they become findings that have a stack alone.
ValgrindReport parse_valgrind_xml(std::string_view text);

}  // namespace watertight::blame
