// SPDX-License-Identifier: Apache-2.0
#include "report/text.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace watertight::report {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kEscape = 0x1B;

struct Character {
  char32_t code;
  std::size_t bytes;
};

// The first character of a text that is not empty; U+FFFD for each byte that begins no valid one
// (RFC 3629: no overlong forms, no surrogates).
Character decode(std::string_view text) {
  struct Form {
    unsigned char mask, lead;
    char32_t least;
  };
  static constexpr std::array<Form, 4> kForms{
      {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}}};
  const auto lead = static_cast<unsigned char>(text[0]);
  for (std::size_t length = 1; length <= kForms.size(); ++length) {
    const Form& form = kForms[length - 1];
    if ((lead & form.mask) != form.lead) continue;
    if (text.size() < length) break;
    char32_t code = lead & static_cast<unsigned char>(~form.mask);
    for (std::size_t i = 1; i < length; ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if ((byte & 0xC0) != 0x80) return {kReplacement, 1};
      code = code << 6 | (byte & 0x3F);
    }
    if (code < form.least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) break;
    return {code, length};
  }
  return {kReplacement, 1};
}

struct Range {
  char32_t first, last;
};

template <std::size_t N>
bool is_in(char32_t code, const std::array<Range, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return code >= range.first && code <= range.last; });
}

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code <= 0x9F); }

// Invisible, no character at all, or changes the direction of its neighbours (CVE-2021-42574,
// "Trojan Source").
bool deceives(char32_t code) {
  static constexpr std::array<Range, 10> kRanges{{{0xAD, 0xAD},
                                                  {0x61C, 0x61C},
                                                  {0x180E, 0x180E},
                                                  {0x200B, 0x200F},
                                                  {0x2028, 0x202E},
                                                  {0x2060, 0x206F},
                                                  {0xFEFF, 0xFEFF},
                                                  {0xFFF9, 0xFFFB},
                                                  {0xFFFE, 0xFFFF},
                                                  {0xE0000, 0xE007F}}};
  return is_in(code, kRanges);
}

unsigned width_of(char32_t code) {
  static constexpr std::array<Range, 6> kCombining{{{0x300, 0x36F},
                                                    {0x483, 0x489},
                                                    {0x1AB0, 0x1AFF},
                                                    {0x20D0, 0x20FF},
                                                    {0xFE00, 0xFE0F},
                                                    {0xFE20, 0xFE2F}}};
  static constexpr std::array<Range, 9> kWide{{{0x1100, 0x115F},
                                               {0x2E80, 0x303E},
                                               {0x3041, 0xA4CF},
                                               {0xAC00, 0xD7A3},
                                               {0xF900, 0xFAFF},
                                               {0xFE30, 0xFE6F},
                                               {0xFF00, 0xFF60},
                                               {0x1F300, 0x1FAFF},
                                               {0x20000, 0x3FFFD}}};
  if (code < 0x300) return 1;
  if (is_in(code, kCombining)) return 0;
  return is_in(code, kWide) ? 2 : 1;
}

// Bytes up to and with the final byte of a control sequence (ECMA-48 5.4); 0 where it has none.
std::size_t control_sequence_length(std::string_view rest) {
  const std::size_t end =
      std::find_if(rest.begin(), rest.end(), [](char c) { return c < 0x20 || c > 0x3F; }) -
      rest.begin();
  return end < rest.size() && rest[end] >= 0x40 && rest[end] <= 0x7E ? end + 1 : 0;
}

// Bytes up to and with the terminator of a control string (OSC, DCS, …); 0 where it has none.
std::size_t control_string_length(std::string_view rest) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '\a') return i + 1;
    if (rest.substr(i, 2) == "\x1B\\" || rest.substr(i, 2) == "\xC2\x9C") return i + 2;
  }
  return 0;
}

// Bytes after the introducer that belong to it; `kind` is the byte after ESC that selects the form.
std::size_t sequence_length(char32_t kind, std::string_view rest) {
  switch (kind) {
    case U'[':
      return control_sequence_length(rest);
    case U']':
    case U'P':
    case U'X':
    case U'^':
    case U'_':
      return control_string_length(rest);
    default:
      return 0;
  }
}

// Bytes of the escape sequence at the start of `text`; 1 where ESC introduces nothing.
std::size_t escape_length(std::string_view text) {
  std::size_t end = 1;
  while (end < text.size() && text[end] >= 0x20 && text[end] <= 0x2F) ++end;
  if (end >= text.size() || text[end] < 0x30 || text[end] > 0x7E) return 1;
  if (end > 1) return end + 1;
  return 2 + sequence_length(static_cast<unsigned char>(text[1]), text.substr(2));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether the space at `at` stands inside a quantity: `65 536`, `5 s`, `1.2 KiB`.
bool is_inside_quantity(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestKept = 3;
  if (at == 0 || !is_digit(text[at - 1])) return false;
  const std::size_t end = std::min(text.find_first_of(" ;,.)", at + 1), text.size());
  return end > at + 1 && end - at - 1 <= kLongestKept;
}

// The words of a text; a quantity is one.
std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && (text[i] != ' ' || is_inside_quantity(text, i))) continue;
    if (i > start) words.push_back(text.substr(start, i - start));
    start = i + 1;
  }
  return words;
}

// Bytes of the longest beginning that takes at most `width` columns.
std::size_t fitting_prefix(std::string_view text, unsigned width) {
  std::size_t end = 0;
  for (unsigned used = 0; end < text.size();) {
    const Character c = decode(text.substr(end));
    used += width_of(c.code);
    if (used > width) break;
    end += c.bytes;
  }
  return end;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Character c = decode(text);
    std::size_t taken = c.bytes;
    if (c.code == kEscape) {
      taken = escape_length(text);
    } else if (c.code >= 0x80 && c.code <= 0x9F) {  // C1: one character for ESC and '@'..'_'
      taken += sequence_length(c.code - 0x40, text.substr(c.bytes));
    } else if (c.code == U'\t' || c.code == U'\n' || c.code == U'\r') {
      clean += ' ';
    } else if (c.code == kReplacement) {
      clean += "\uFFFD";
    } else if (!is_control(c.code) && !deceives(c.code)) {
      clean += text.substr(0, c.bytes);
    }
    text.remove_prefix(taken);
  }
  return clean;
}

std::string to_ascii(std::string_view text) {
  struct Likeness {
    char32_t code;
    std::string_view ascii;
  };
  static constexpr std::array<Likeness, 17> kLikenesses{{{0xA0, " "},
                                                         {0xB1, "+/-"},
                                                         {0xB5, "u"},
                                                         {0xB7, "-"},
                                                         {0xD7, "x"},
                                                         {0x2011, "-"},
                                                         {0x2013, "-"},
                                                         {0x2014, "-"},
                                                         {0x2018, "'"},
                                                         {0x2019, "'"},
                                                         {0x201C, "\""},
                                                         {0x201D, "\""},
                                                         {0x2026, "..."},
                                                         {0x202F, " "},
                                                         {0x2192, "->"},
                                                         {0x2264, "<="},
                                                         {0x2265, ">="}}};
  std::string ascii;
  ascii.reserve(text.size());
  while (!text.empty()) {
    const Character c = decode(text);
    text.remove_prefix(c.bytes);
    if (c.code < 0x80) {
      ascii += static_cast<char>(c.code);
      continue;
    }
    const auto* found =
        std::find_if(kLikenesses.begin(), kLikenesses.end(),
                     [&](const Likeness& likeness) { return likeness.code == c.code; });
    ascii += found != kLikenesses.end() ? found->ascii : "?";
  }
  return ascii;
}

unsigned display_width(std::string_view text) {
  unsigned width = 0;
  while (!text.empty()) {
    const Character c = decode(text);
    width += width_of(c.code);
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::vector<std::string> wrap(std::string_view text, unsigned width) {
  width = std::max(width, 2u);
  if (display_width(text) <= width) return {std::string(text)};
  std::vector<std::string> lines(1);
  for (std::string_view word : split_words(text)) {
    if (lines.back().empty() || display_width(lines.back()) + 1 + display_width(word) > width) {
      if (!lines.back().empty()) lines.emplace_back();
      while (display_width(word) > width) {
        const std::size_t cut = fitting_prefix(word, width);
        lines.back() = word.substr(0, cut);
        lines.emplace_back();
        word.remove_prefix(cut);
      }
      lines.back() = word;
    } else {
      lines.back().append(" ").append(word);
    }
  }
  if (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string shorten(std::string_view text, unsigned width, std::string_view ellipsis) {
  if (display_width(text) <= width) return std::string(text);
  const unsigned tail = display_width(ellipsis);
  if (tail > width) return std::string(text.substr(0, fitting_prefix(text, width)));
  return std::string(text.substr(0, fitting_prefix(text, width - tail))).append(ellipsis);
}

std::string pad(std::string_view text, unsigned width) {
  const unsigned used = display_width(text);
  return std::string(text).append(used < width ? width - used : 0, ' ');
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace watertight::report
