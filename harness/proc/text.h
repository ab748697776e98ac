// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Cutting `/proc` texts into pieces. Everything here is total: any bytes in, a value or
/// empty out.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace watertight::proc {

inline constexpr std::string_view kBlanks = " \t";

/// The whole of `text` as a number; empty where it is none or does not fit.
template <typename Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc() || last != end) return std::nullopt;
  return number;
}

/// Cuts off and gives back what stands before `separator`, or all of `rest` where there is none.
inline std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view piece = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return piece;
}

inline std::string_view take_line(std::string_view& rest) { return take_until(rest, '\n'); }

/// Cuts off and gives back the next word; empty at the end.
inline std::string_view take_word(std::string_view& rest) {
  const std::size_t start = rest.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) {
    rest = {};
    return {};
  }
  rest.remove_prefix(start);
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

inline std::string_view without_leading_blanks(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kBlanks);
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

/// Calls `visit(key, value)` for each `Key:  value` line.
template <typename Visit>
void for_each_field(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    std::string_view value = take_line(text);
    const std::string_view key = take_until(value, ':');
    visit(key, without_leading_blanks(value));
  }
}

}  // namespace watertight::proc
