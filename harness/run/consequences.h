// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <vector>

namespace watertight::run {

/// Marks failures that follow from a more specific one: a zombie is also a child, an un-joined
/// thread is also two mappings and its stack's pages. Sets `consequence_of` to the most specific
/// failing check.
void mark_consequences(std::vector<CheckResult>& checks);

}  // namespace watertight::run
