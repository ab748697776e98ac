// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rehearsals/check.h"

#include <watertight/verdict.h>

#include <string>
#include <string_view>
#include <vector>

namespace watertight::run {

/// What is known of a check before it runs; the text of `watertight explain`.
struct CheckDescription {
  std::string id;
  std::string_view letter;  ///< Row of the catalogue of lifecycle checks; empty where it has none.
  Severity severity = Severity::kFail;
  int tier = 1;  ///< As in rehearsals::Check; growth is tier 1.
  rehearsals::Explanation explanation;
};

/// Of every check there is, in the order of all_check_ids().
std::vector<CheckDescription> describe_checks();

}  // namespace watertight::run
