// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/finding.h"

#include <string>
#include <string_view>
#include <vector>

namespace watertight::blame {

/// A function's name without what differs from build to build: clone suffixes (`.part.0`,
/// `.constprop.1`, `.cold`), symbol versions, template arguments, parameters, numbers of lambdas
/// and closures, hashes of Rust crates.
std::string normalize_function(std::string_view name);

/// 16 hex digits for a kind and a stack, the same from run to run and from build to build: made of
/// normalised functions and the base names of their modules, never of addresses or lines. A frame
/// without a name counts by its module alone. At most 8 frames from the culprit on: what calls the
/// event loop is not the leak.
///
/// FNV-1a with 64 bits: it is specified in three lines, so that a baseline written today can be
/// checked by any tool, and two of 10 000 findings collide with a chance of 3e-12. No defence
/// against stacks that were made to collide.
/// Source: Fowler, Noll, Vo; draft-eastlake-fnv.
std::string fingerprint(std::string_view kind, const std::vector<Frame>& stack);

}  // namespace watertight::blame
