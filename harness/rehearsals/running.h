// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file How rehearsals are run: which of them beside others, and about how long each takes.

#include <span>
#include <string_view>

namespace watertight::rehearsals {

/// Who may be at work beside a rehearsal.
enum class Company {
  kNone,  ///< Nobody: it loads the machine, or measures what load changes.
  kAny,   ///< Other rehearsals, on sites of their own: it looks at order and outcome, with time to
          ///< spare.
};

/// The way a rehearsal is run. What it takes is a guess, for a machine with nothing else to do: for
/// the progress, and to begin with the longest.
struct Running {
  std::string_view id;
  Company company = Company::kNone;
  double seconds = 2;  ///< By default, beside what starts take.
  double starts = 3;   ///< Waits for a daemon to become ready.
};

/// One row for each check that has been looked at for this; others run alone.
std::span<const Running> all_runnings();
Running running_of(std::string_view check);

}  // namespace watertight::rehearsals
