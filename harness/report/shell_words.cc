// SPDX-License-Identifier: Apache-2.0
#include "report/shell_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace watertight::report {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool is_plain(char c) {
  constexpr std::string_view kPlain = "_-+=./:,@%{}";
  return std::isalnum(static_cast<unsigned char>(c)) || kPlain.find(c) != std::string_view::npos;
}

/// A brace with a comma or two dots is a list to the shell: `{a,b}`, `{1..3}`.
bool expands(std::string_view word) {
  const std::size_t brace = word.find('{');
  return brace != std::string_view::npos &&
         word.find_first_of(",.", brace) != std::string_view::npos;
}

std::string shell_word(const std::string& word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain) && !expands(word)) return word;
  const bool has_controls = std::ranges::any_of(word, is_control);
  std::string quoted = has_controls ? "$'" : "'";
  for (const char c : word) {
    if (has_controls && is_control(c)) {
      quoted += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    } else if (c == '\'') {
      quoted += has_controls ? "\\'" : "'\\''";
    } else if (c == '\\' && has_controls) {
      quoted += "\\\\";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

std::string shell_words(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    if (!line.empty()) line += ' ';
    line += shell_word(argument);
  }
  return line;
}

}  // namespace watertight::report
