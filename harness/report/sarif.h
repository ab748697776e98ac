// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace watertight::report {

/// What is known of a check before it runs, in sentences.
struct Rule {
  std::string id;
  Severity severity = Severity::kFail;
  std::string title;
  std::string what;  ///< What is claimed.
  std::string why;   ///< What goes wrong in production without it.
  std::string cure;  ///< What to change in the daemon.
};

/// Writes the report as SARIF 2.1.0, for tools that show findings beside the sources: a result for
/// each call site of a failed check, at the innermost line below `source_root`, with the stack and
/// the blame's fingerprint, by which a finding is known again from run to run.
///
/// What failed without such a line is no result, because GitHub refuses a file with one; it is a
/// notification of the invocation, as are what is not settled and what befell the run. `rules` are
/// of all checks; those that the report has are written. Source: OASIS SARIF 2.1.0; GitHub, "SARIF
/// support for code scanning".
void write_sarif(const Report& report, const std::vector<Rule>& rules,
                 const std::filesystem::path& source_root, std::ostream& out);

}  // namespace watertight::report
