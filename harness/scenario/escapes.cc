// SPDX-License-Identifier: Apache-2.0
#include "scenario/parse.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace watertight::scenario {
namespace {

std::optional<char> single_letter_escape(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case 'e':
      return '\x1b';
    case '\\':
    case '\'':
    case '"':
    case '?':
      return letter;
    default:
      return std::nullopt;
  }
}

/// The byte at the start of `digits`, at most `most` of them; removes them. Empty where there is
/// none or it does not fit a byte.
std::optional<char> take_number(std::string_view& digits, int base, std::size_t most) {
  unsigned value = 0;
  const char* const begin = digits.data();
  const auto [end, error] =
      std::from_chars(begin, begin + std::min(most, digits.size()), value, base);
  if (error != std::errc{} || value > 0xff) return std::nullopt;
  digits.remove_prefix(static_cast<std::size_t>(end - begin));
  return static_cast<char>(value);
}

}  // namespace

std::string decode_escapes(std::string_view text) {
  std::string decoded;
  std::string_view rest = text;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\\') {
      decoded += c;
      continue;
    }
    if (rest.empty())
      throw ScenarioError(fmt::format("`{}` ends in a single backslash; write \\\\ for one", text));
    const char letter = rest.front();
    std::optional<char> byte = single_letter_escape(letter);
    if (byte) {
      rest.remove_prefix(1);
    } else if (letter == 'x') {
      rest.remove_prefix(1);
      byte = take_number(rest, 16, 2);
    } else {
      byte = take_number(rest, 8, 3);
    }
    if (!byte)
      throw ScenarioError(fmt::format(
          "`{}`: unknown escape \\{}; known are \\n \\r \\t \\\\ \\0 \\xHH \\ooo and those of C",
          text, letter));
    decoded += *byte;
  }
  return decoded;
}

}  // namespace watertight::scenario
