// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace watertight {

/// How a check of a run ends: every check ends as exactly one of these, and only a measurement that
/// could have failed may pass.
enum class Verdict {
  kPass,           ///< Measured, and what it would have caught is stated.
  kFail,           ///< The daemon breaks the claim; rate or evidence is stated.
  kInconclusive,   ///< Measured, not settled; the report says what would settle it.
  kNotApplicable,  ///< Could not be looked at here, with the reason. Never counts.
};

/// What a failing check does to the run.
enum class Severity {
  kFail,  ///< Fails the run.
  kWarn,  ///< Shown; fails the run under `--strict` only.
  kInfo,  ///< Shown; never fails the run.
};

/// The words of the JSON report: `pass`, `fail`, `inconclusive`, `not_applicable`.
std::string_view to_string(Verdict verdict);

/// The words of the JSON report: `fail`, `warn`, `info`.
std::string_view to_string(Severity severity);

}  // namespace watertight
