// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes text of any origin, gives aligned and wrapped lines. For report/ and cli/.

#include "report/ink.h"
#include "report/terminal.h"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::report {

/// What stands before an entry: one character, or a word where the terminal knows ASCII only.
struct Mark {
  std::string_view utf8;
  std::string_view ascii;
  Ink ink;
};

/// A page of fixed width, written from top to bottom. Whatever text it is given, it makes safe
/// first
/// (`printable`), and no line of it is wider than the style's columns.
class Page {
 public:
  /// Both must outlive the page. `id_width`: columns of the widest id that entry() will be given.
  Page(std::ostream& out, const TerminalStyle& style, unsigned id_width);

  void blank();

  /// `✗ FAIL  name · 2 of 12 checks failed · …`.
  void headline(const Mark& mark, std::string_view word, const std::vector<std::string>& parts);

  /// `✗ growth.fds  leaks 1 fd per operation`: mark, id and sentence in columns of their own, or
  /// the sentence below its id where the page is too narrow.
  void entry(const Mark& mark, std::string_view id, std::string_view sentence, Ink id_ink, Ink ink);

  /// Text with a margin, kept by lines that it is wrapped to.
  void text(std::string_view text, unsigned margin, Ink ink);

  /// Short facts, `ready after 30 ms · stopped: budget`; nothing where there are none.
  void facts(const std::vector<std::string>& parts, unsigned margin);

 private:
  std::string safe(std::string_view text) const;
  std::string ink_over(std::string_view text, Ink ink) const;
  std::vector<std::string> wrap_parts(const std::vector<std::string>& parts, unsigned width) const;
  void hang(const std::vector<std::string>& lines, unsigned margin, Ink ink);

  std::ostream& out_;
  const TerminalStyle& style_;
  unsigned columns_;
  unsigned mark_width_;
  unsigned id_width_;
};

}  // namespace watertight::report
