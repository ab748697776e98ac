// SPDX-License-Identifier: Apache-2.0
#include "report/progress.h"

#include "posix/terminal.h"
#include "report/ink.h"
#include "report/quantity.h"
#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace watertight::report {
namespace {

constexpr auto kLeastBetweenFrames = std::chrono::milliseconds(100);

struct Look {
  std::string_view state, utf8, ascii;
  Ink ink;
};

const Look& look_of(std::string_view state) {
  static constexpr Look kLooks[] = {{"pass", "✓", "ok", Ink::kGood},
                                    {"fail", "✗", "FAIL", Ink::kBad},
                                    {"suspect", "!", "!", Ink::kWarning},
                                    {"inconclusive", "?", "?", Ink::kWarning},
                                    {"", "·", ".", Ink::kDim}};
  const Look* found = std::find_if(std::begin(kLooks), std::end(kLooks) - 1,
                                   [&](const Look& look) { return look.state == state; });
  return *found;
}

std::string safe(std::string_view text, const TerminalStyle& style) {
  return style.is_utf8 ? printable(text) : to_ascii(printable(text));
}

std::string fit(std::string_view text, const TerminalStyle& style) {
  return shorten(text, style.columns, style.is_utf8 ? "…" : "~");
}

std::string growth(const Progress::Resource& resource) {
  return resource.per_operation == 0 ? "steady"
                                     : format_rate(resource.per_operation, resource.unit);
}

/// What has to be seen comes first: the names of all that runs may not fit.
std::string headline(const Progress& progress, const TerminalStyle& style) {
  std::string text = safe(progress.phase, style);
  if (progress.checks > 0) {
    text = fmt::format("{} of {} rehearsals", progress.checks_done, progress.checks);
  }
  const auto add = [&](const std::string& fact) {
    text.append(style.is_utf8 ? " · " : ", ").append(fact);
  };
  if (progress.round > 0) {
    add("round " + format_count(static_cast<double>(progress.round)));
  }
  if (progress.operations > 0) {
    add(format_amount(static_cast<double>(progress.operations), "operation"));
  }
  if (progress.operations_per_second > 0) {
    add(format_count(std::round(progress.operations_per_second)) + "/s");
  }
  if (progress.failed_operations > 0) {
    add(format_count(static_cast<double>(progress.failed_operations)) + " failed");
  }
  if (progress.seconds_left > 0) {
    const std::string left = format_duration(std::max(1.0, std::ceil(progress.seconds_left)));
    add((progress.checks > 0 ? "about " : "") + left + " left");
  }
  if (progress.checks > 0) add(safe(progress.phase, style));
  return text;
}

struct Row {
  const Look* look;
  std::string id, now, growth, state;
};

std::vector<std::string> draw_rows(const std::vector<Row>& rows, const TerminalStyle& style) {
  unsigned id_width = 0;
  unsigned now_width = 0;
  unsigned growth_width = 0;
  for (const Row& row : rows) {
    id_width = std::max(id_width, display_width(row.id));
    now_width = std::max(now_width, display_width(row.now));
    growth_width = std::max(growth_width, display_width(row.growth));
  }
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    const std::string_view mark = style.is_utf8 ? row.look->utf8 : row.look->ascii;
    const std::string text =
        fmt::format("{} {}  {}  {}  {}", pad(mark, style.is_utf8 ? 1 : 4), pad(row.id, id_width),
                    pad(row.now, now_width), pad(row.growth, growth_width), row.state);
    lines.push_back(inked(fit(text, style), row.look->ink, style.is_colored));
  }
  return lines;
}

}  // namespace

std::vector<std::string> draw_progress(const Progress& progress, const TerminalStyle& style) {
  std::vector<std::string> lines;
  if (style.rows < 2) return lines;
  lines.push_back(inked(fit(headline(progress, style), style), Ink::kBold, style.is_colored));

  // One row of the terminal stays free for the cursor, one may be needed to say what is missing.
  const std::size_t room = style.rows - 2;
  const std::size_t count = progress.resources.size();
  const std::size_t shown = count <= room ? count : room - std::min<std::size_t>(room, 1);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < shown; ++i) {
    const Progress::Resource& resource = progress.resources[i];
    Row row{&look_of(resource.state), safe(resource.id, style),
            format_amount(resource.now, resource.unit), growth(resource),
            safe(resource.state, style)};
    rows.push_back(std::move(row));
  }
  for (std::string& line : draw_rows(rows, style)) lines.push_back(std::move(line));
  if (shown < count && room > 0) {
    lines.push_back(fit(fmt::format("  and {} more", count - shown), style));
  }
  return lines;
}

LiveProgress::LiveProgress(std::ostream& out, const TerminalStyle& style, bool is_terminal,
                           std::function<int()> interrupted,
                           std::function<posix::Clock::time_point()> now)
    : out_(out),
      style_(style),
      is_terminal_(is_terminal),
      interrupted_(std::move(interrupted)),
      now_(std::move(now)) {}

LiveProgress::~LiveProgress() {
  try {
    clear();
  } catch (const std::exception&) {  // a stream that throws must not end the program here
  }
}

void LiveProgress::on_progress(const Progress& progress) {
  if (!is_terminal_) return;
  const auto now = now_();
  const bool is_new_phase = progress.phase != last_phase_;
  if (last_drawn_ && !is_new_phase && now - *last_drawn_ < kLeastBetweenFrames) return;
  last_drawn_ = now;
  last_phase_ = progress.phase;
  if (const auto size = style_.fd >= 0 ? posix::terminal_size(style_.fd) : std::nullopt) {
    style_.columns = size->columns;
    style_.rows = size->rows;
  }

  // One write a frame, each line erased only behind its text: nothing flickers.
  std::string frame = lines_drawn_ > 0 ? fmt::format("\r\x1B[{}A", lines_drawn_) : "\r";
  const std::vector<std::string> lines = draw_progress(progress, style_);
  for (const std::string& line : lines) frame.append(line).append("\x1B[K\n");
  frame += "\x1B[J";
  out_ << frame << std::flush;
  lines_drawn_ = lines.size();
}

int LiveProgress::interrupted() { return interrupted_ ? interrupted_() : 0; }

void LiveProgress::clear() {
  if (lines_drawn_ == 0) return;
  out_ << fmt::format("\r\x1B[{}A\x1B[J", lines_drawn_) << std::flush;
  lines_drawn_ = 0;
  last_drawn_.reset();
}

}  // namespace watertight::report
