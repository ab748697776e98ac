// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The table of rehearsals: what a daemon must do at the edges of its life, one row a check.
/// It feeds `--only`, `--skip`, `explain` and the reports.

#include <watertight/report.h>
#include <watertight/scenario.h>

#include <functional>
#include <span>
#include <string_view>

namespace watertight::rehearsals {

/// Polled while a rehearsal waits; other than 0 ends it.
using Interrupted = std::function<int()>;

/// What `watertight explain` says about a check; plain sentences.
struct Explanation {
  std::string_view title;         ///< What a good daemon does, in a few words.
  std::string_view what;          ///< What is claimed.
  std::string_view how;           ///< What the rehearsal does to find out.
  std::string_view why;           ///< What goes wrong in production without it.
  std::string_view source;        ///< Manual, book, kernel document, or the bug that taught it.
  std::string_view false_alarms;  ///< Good daemons that fail, and what to do about them.
  std::string_view cure;          ///< What to change in the daemon.
};

/// What a rehearsal cannot do without; where it is missing the check is not applicable.
struct Needs {
  bool pid_file = false;     ///< Scenario::pid_file.
  bool prompt_stop = false;  ///< `shutdown.idle` has not failed.
  bool answers = false;      ///< A stress that the daemon has to answer (client.h).
};

/// One rehearsal.
struct Check {
  std::string_view id;      ///< Stable name: `shutdown.idle`.
  std::string_view letter;  ///< Row of the catalogue of lifecycle checks: `S01`.
  Severity severity = Severity::kFail;
  int tier = 1;  ///< 1: /proc and signals; 2: ptrace; 3: root or namespaces; 4: a workload hook.
  Needs needs;
  Explanation explanation;
  /// Runs it on fresh instances of its own and leaves nothing behind. Who calls it fills in id and
  /// severity. Throws HarnessError.
  /// Runs on one thread, which may be any, beside others of its kind: it keeps to its own site, and
  /// leaves the working directory, umask, environment and signals of the harness alone.
  CheckResult (*run)(const Scenario&, const Interrupted&);
};

/// How much of something a rehearsal does: less with `--quick`, four times as much with
/// `--thorough`.
template <typename Amount>
Amount depth(const Scenario& scenario, Amount quick, Amount usual) {
  if (scenario.is_quick) return quick;
  return scenario.is_thorough ? 4 * usual : usual;
}

/// In the order in which they are reported: `shutdown.idle` first, which others need.
std::span<const Check> all_checks();

}  // namespace watertight::rehearsals
