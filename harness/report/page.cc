// SPDX-License-Identifier: Apache-2.0
#include "report/page.h"

#include "report/text.h"

#include <algorithm>

namespace watertight::report {
namespace {

constexpr unsigned kLeastColumns = 20;
constexpr unsigned kMostColumns = 120;  // longer lines are hard to read
constexpr unsigned kNarrowText = 32;    // a text column below this goes under its id instead

}  // namespace

Page::Page(std::ostream& out, const TerminalStyle& style, unsigned id_width)
    : out_(out),
      style_(style),
      columns_(std::clamp(style.columns, kLeastColumns, kMostColumns)),
      mark_width_(style.is_utf8 ? 1 : 4),
      id_width_(id_width) {}

void Page::blank() { out_ << '\n'; }

void Page::headline(const Mark& mark, std::string_view word,
                    const std::vector<std::string>& parts) {
  std::string head(word);
  if (style_.is_utf8 && !mark.utf8.empty()) head = std::string(mark.utf8).append(" ").append(word);
  const unsigned margin = display_width(head) + 2;
  out_ << ink_over(head, mark.ink);
  if (margin + kNarrowText <= columns_) {
    out_ << "  ";
    hang(wrap_parts(parts, columns_ - margin), margin, Ink::kBold);
    return;
  }
  blank();
  for (const std::string& line : wrap_parts(parts, columns_ - 2)) text(line, 2, Ink::kBold);
}

void Page::entry(const Mark& mark, std::string_view id, std::string_view sentence, Ink id_ink,
                 Ink ink) {
  const std::string name = safe(id);
  const unsigned id_margin = mark_width_ + 1;
  const unsigned text_margin = id_margin + id_width_ + 2;
  out_ << ink_over(pad(style_.is_utf8 ? mark.utf8 : mark.ascii, mark_width_), mark.ink) << ' ';
  const bool is_wide = text_margin + kNarrowText <= columns_;
  if (is_wide && display_width(name) <= id_width_ && !sentence.empty()) {
    out_ << ink_over(pad(name, id_width_), id_ink) << "  ";
    hang(wrap(safe(sentence), columns_ - text_margin), text_margin, ink);
    return;
  }
  hang(wrap(name, columns_ - id_margin), id_margin, id_ink);
  if (!sentence.empty()) text(sentence, id_margin, ink);
}

void Page::text(std::string_view text, unsigned margin, Ink ink) {
  for (const std::string& line : wrap(safe(text), columns_ - margin)) {
    if (!line.empty()) out_ << std::string(margin, ' ') << ink_over(line, ink);
    out_ << '\n';
  }
}

void Page::facts(const std::vector<std::string>& parts, unsigned margin) {
  for (const std::string& line : wrap_parts(parts, columns_ - margin)) {
    text(line, margin, Ink::kDim);
  }
}

std::string Page::safe(std::string_view text) const {
  std::string clean = printable(text);
  return style_.is_utf8 ? clean : to_ascii(clean);
}

std::string Page::ink_over(std::string_view text, Ink ink) const {
  return inked(text, ink, style_.is_colored);
}

// Puts as many parts on a line as fit, each whole where it can be.
std::vector<std::string> Page::wrap_parts(const std::vector<std::string>& parts,
                                          unsigned width) const {
  const std::string_view between = style_.is_utf8 ? " · " : ", ";
  std::vector<std::string> lines;
  for (const std::string& part : parts) {
    const std::string clean = safe(part);
    if (!lines.empty() &&
        display_width(lines.back()) + display_width(between) + display_width(clean) <= width) {
      lines.back().append(between).append(clean);
      continue;
    }
    for (std::string& line : wrap(clean, width)) lines.push_back(std::move(line));
  }
  return lines;
}

// The first line stands where the pen is, the others at the margin.
void Page::hang(const std::vector<std::string>& lines, unsigned margin, Ink ink) {
  bool is_first = true;
  for (const std::string& line : lines) {
    if (!is_first) out_ << std::string(margin, ' ');
    out_ << ink_over(line, ink) << '\n';
    is_first = false;
  }
  if (is_first) out_ << '\n';
}

}  // namespace watertight::report
