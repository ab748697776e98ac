// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes two reports of one daemon, an older and a newer one, gives what changed.

#include <watertight/report.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::report {

/// What became of one check.
struct Change {
  enum class Kind {
    kNew,        ///< Fails, and did not.
    kWorse,      ///< Fails at a higher rate, or from a call site that was not there before.
    kSame,       ///< Fails as it did.
    kBetter,     ///< Fails at a lower rate.
    kFixed,      ///< Failed, and passes.
    kUnsettled,  ///< Had a verdict, and now nothing can be said.
  };
  Kind kind;
  std::string id;    ///< Of the check.
  std::string text;  ///< One line for people.
  Severity severity = Severity::kFail;
};

/// `new`, `worse`, `same`, `better`, `fixed`, `unsettled`.
std::string_view to_string(Change::Kind kind);

/// One change for each check that fails in either report or lost its verdict, in the order of the
/// newer report. Rates differ where their 99 % intervals do not meet.
std::vector<Change> changes_between(const Report& before, const Report& after);

/// 1 where something is new or worse, 4 where something that counts is unsettled or the newer run
/// could not measure, else 0. Warnings count under --strict (of the newer run).
int exit_code_of(const std::vector<Change>& changes, const Report& after);

/// What two runs, of the build before a fix and the build after it, say of the fix.
enum class Fix {
  kFixed,        ///< All that failed before passes, and nothing else fails.
  kNotFixed,     ///< Something that failed before, or something else, fails.
  kUnsettled,    ///< Of something that failed before nothing can be said after.
  kNothingToFix  ///< Nothing failed before.
};

/// Warnings, and failures that are consequences of others, are no part of it.
Fix judge_fix(const Report& before, const Report& after);

/// A line for each change, worst first, and a line that sums them up.
void write_changes(const std::vector<Change>& changes, std::ostream& out);

}  // namespace watertight::report
