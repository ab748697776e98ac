// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/verdict.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace watertight {

/// A growth rate with its 99 % interval.
struct Rate {
  double per_operation = 0;
  double low = 0;
  double high = 0;
  double per_second = 0;
  std::string unit;  ///< `byte`, `fd`, `thread`, …
};

/// One level of a call stack; an inlined function has a level of its own. What is not known is
/// empty.
struct Frame {
  std::string function = {};  ///< Demangled.
  std::string file = {};      ///< As the compiler wrote it down.
  int line = 0;               ///< From 1.
  std::string module = {};    ///< Path of the program or library.
  std::uint64_t offset = 0;   ///< Address within the module as its file has it: `addr2line -e`.
};

/// Who a growth is due to.
struct Blame {
  double share = 0;           ///< Of the growth that was seen, 0 to 1.
  std::uint64_t count = 0;    ///< Things, or blocks of memory, that it left.
  std::string what;           ///< What they are: `/var/log/data.log`, `blocks of 64 bytes, lost`.
  std::vector<Frame> frames;  ///< Innermost first, the culprit at the top; empty without a stack.
  /// Hex digits for the stack, the same from run to run and from build to build.
  std::string fingerprint = {};
};

/// Where a thread of the daemon was when the daemon hung, or crashed.
struct ThreadStack {
  int pid = 0;
  int tid = 0;
  std::string name = {};           ///< The thread's own, at most 15 bytes.
  std::uint64_t alike = 0;         ///< Further threads of the process that were at the same place.
  std::vector<Frame> frames = {};  ///< Innermost first.
};

/// Something that happened while a check looked on.
struct Event {
  double seconds = 0;  ///< Since the first of its timeline.
  std::string what;    ///< `SIGTERM`, `main process ended`
};

/// The outcome of one check. Every field but the first four may be absent.
struct CheckResult {
  std::string id;  ///< `growth.fds`, `shutdown.idle`, …
  Verdict verdict = Verdict::kNotApplicable;
  Severity severity = Severity::kFail;
  /// One line: what would have been caught, the rate, or why nothing can be said.
  std::string summary;
  std::optional<Rate> rate;
  std::optional<double> detection_limit_per_operation;
  std::optional<double> decided_after_s;  ///< Since the daemon was ready.
  std::optional<std::uint64_t> decided_at_operations;
  std::optional<double> exhausted_in_s;  ///< Until the limit of the resource, at the measured pace.
  /// Id of the more specific check that explains this one.
  std::optional<std::string> consequence_of;
  std::vector<Blame> blame;              ///< Most first.
  std::vector<std::string> evidence;     ///< Lines of text.
  std::vector<Event> timeline = {};      ///< Of a stop: its signals and ends, in their order.
  std::vector<ThreadStack> stacks = {};  ///< Of a daemon that hung or crashed.
};

/// How much faster than ours the daemon's time ran in the growth run.
struct Warp {
  double asked = 1;                  ///< `--warp`
  std::optional<double> measured{};  ///< By the daemon's own progress; empty where it was refused.
  std::string refused{};             ///< Why it has no effect on this daemon, with the remedy.
};

/// What one run found out.
struct Report {
  std::string name;
  std::vector<std::string> command;
  /// The command line that made the report, to run it again; empty where there was none.
  std::vector<std::string> invocation;
  std::optional<int> pid;  ///< Main process of the growth run.
  std::optional<double> ready_after_s;
  std::string containment;   ///< `cgroup` or `subreaper`: the rung that held.
  std::optional<Warp> warp;  ///< Where it was asked for.

  std::uint64_t operations = 0;
  std::uint64_t failed_operations = 0;
  std::string first_failure;  ///< Of an operation; empty where none failed.
  double stress_seconds = 0;  ///< On our clock.
  std::string stopped;        ///< `all verdicts in`, `budget`, `interrupted`, …

  std::vector<CheckResult> checks;

  /// Samples of the growth run by column: `operations`, `seconds`, then one per resource. A value
  /// that was not measured at a sample is absent.
  std::map<std::string, std::vector<std::optional<double>>> series;

  /// Set where the daemon could not be started, died, or the harness could not measure (exit 3).
  std::string error;
  /// Last lines of the daemon's output, where something went wrong.
  std::vector<std::string> log_tail;
  std::vector<ThreadStack> stacks = {};  ///< Of a daemon that crashed or never got ready.
  int interrupted_by = 0;                ///< Signal that ended the run, or 0.
  bool deadline_passed = false;          ///< The run's own deadline ended it (exit 124).
  bool is_strict = false;

  /// `pass`, `fail`, `inconclusive`, `not_applicable` or `error`.
  std::string verdict() const;

  /// By the precedence of the command line: 128+n interrupted > 1 fail > 3 daemon > 124 deadline >
  /// 4 inconclusive > 77 nothing applicable > 0. (2 never gets as far as a report.)
  int exit_code() const;
};

}  // namespace watertight
