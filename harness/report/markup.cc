// SPDX-License-Identifier: Apache-2.0
#include "report/markup.h"

#include "report/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace watertight::report {

std::string markup(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    switch (c) {
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '&':
        safe += "&amp;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string markup_of_prose(std::string_view text) {
  static constexpr std::string_view kNoBreak = "\u00a0";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::string safe = markup(text);
  std::string prose;
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const std::string_view next = std::string_view(safe).substr(i + 1, 4);
    const bool is_group = next.size() >= 3 && std::ranges::all_of(next.substr(0, 3), is_digit) &&
                          !(next.size() == 4 && is_digit(next[3]));
    if (safe[i] == ' ' && i > 0 && is_digit(safe[i - 1]) && is_group) {
      prose += kNoBreak;
    } else {
      prose += safe[i];
    }
  }
  return prose;
}

std::string script_json(const nlohmann::ordered_json& json) {
  std::string text = json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos;)
    text.replace(at, 1, "\\u003c");
  return text;
}

}  // namespace watertight::report
