// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes looks at a run under way, gives a picture of it on a terminal. Prints nothing
/// elsewhere.

#include "posix/clock.h"
#include "report/terminal.h"

#include <watertight/check.h>

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace watertight::report {

/// One frame of live progress: lines without newline, none wider than the style's columns, fewer
/// than its rows.
std::vector<std::string> draw_progress(const Progress& progress, const TerminalStyle& style);

/// Draws the run in place, at most ten times a second, and leaves nothing behind: the destructor
/// clears.
///
/// Call clear() before anything else is written to the same terminal.
class LiveProgress : public Observer {
 public:
  /// `out` must outlive this. Off a terminal nothing is printed. `interrupted` is asked between
  /// rounds (a signal number, or 0): whoever owns the signals owns the answer.
  LiveProgress(std::ostream& out, const TerminalStyle& style, bool is_terminal,
               std::function<int()> interrupted = {},
               std::function<posix::Clock::time_point()> now = posix::Clock::now);
  ~LiveProgress() override;
  LiveProgress(const LiveProgress&) = delete;
  LiveProgress& operator=(const LiveProgress&) = delete;

  void on_progress(const Progress& progress) override;
  int interrupted() override;

  /// Wipes the picture; the next on_progress() draws it anew.
  void clear();

 private:
  std::ostream& out_;
  TerminalStyle style_;
  bool is_terminal_;
  std::function<int()> interrupted_;
  std::function<posix::Clock::time_point()> now_;
  std::optional<posix::Clock::time_point> last_drawn_;
  std::string last_phase_;
  std::size_t lines_drawn_ = 0;
};

}  // namespace watertight::report
