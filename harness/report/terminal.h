// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes a report, gives the text that a person reads. Decides nothing: verdicts and
/// sentences are those of the report.

#include <watertight/report.h>

#include <ostream>
#include <string_view>

namespace watertight::report {

/// What the place where text goes can show.
struct TerminalStyle {
  bool is_colored = false;
  unsigned columns = 80;  ///< Lines are wrapped at this width; less than 20 counts as 20.
  bool is_quiet = false;  ///< Only the verdict, what failed and what went wrong.
  bool is_utf8 = false;   ///< False: ASCII only, marks included.
  unsigned rows = 24;     ///< Live progress stays below this height.
  int fd = -1;  ///< Terminal that is asked for its size again while progress is drawn; -1: none.
};

/// The style for `fd`. `color_option` is `auto`, `always` or `never`; `auto` colours a terminal,
/// and honours NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE and TERM=dumb. The locale variables decide on
/// UTF-8. Off a terminal the width is $COLUMNS, or 100. Throws ScenarioError for another
/// `color_option`.
TerminalStyle detect_style(int fd, std::string_view color_option);

/// Writes the report: verdict first, then what failed, warnings, what is not settled and what would
/// settle it, what passed and what that would have caught. Text that comes from the daemon is freed
/// of control characters, escape sequences and invalid UTF-8.
void write_terminal(const Report& report, std::ostream& out, const TerminalStyle& style);

/// Writes what the report says of one of its checks: the sentence, and of one that found something
/// the evidence and what merely follows from it.
void write_check(const Report& report, const CheckResult& check, std::ostream& out,
                 const TerminalStyle& style);

}  // namespace watertight::report
