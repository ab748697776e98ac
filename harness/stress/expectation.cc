// SPDX-License-Identifier: Apache-2.0
#include "stress/expectation.h"

#include <watertight/scenario.h>

#include <fmt/format.h>
#include <watertight/error.h>

namespace watertight::stress {
namespace {

constexpr std::size_t kWindow = 2048;
constexpr std::size_t kOverlap = kWindow / 2;
constexpr std::size_t kExcerpt = 80;

std::regex compile(const std::string& expression) {
  try {
    return std::regex(expression, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error& error) {
    throw ScenarioError(fmt::format("expect = `{}` is no ECMAScript regular expression: {}",
                                    expression, error.what()));
  }
}

}  // namespace

Expectation::Expectation(const std::string& expression)
    : expression_(expression), regex_(compile(expression)) {}

void Answer::start_over() {
  window_.clear();
  has_slid_ = false;
  is_good_ = false;
}

bool Answer::take(std::string_view chunk, const Expectation& expectation) {
  if (expectation.is_any()) is_good_ |= !chunk.empty();
  while (!is_good_ && !chunk.empty()) {
    if (window_.size() == kWindow) {
      window_.erase(0, kWindow - kOverlap);
      has_slid_ = true;
    }
    const std::string_view piece = chunk.substr(0, kWindow - window_.size());
    window_ += piece;
    chunk.remove_prefix(piece.size());
    const auto start =
        has_slid_ ? std::regex_constants::match_not_bol : std::regex_constants::match_default;
    is_good_ = std::regex_search(window_, expectation.regex_, start);
  }
  return is_good_;
}

std::string Answer::excerpt() const {
  const std::size_t begin = window_.size() > kExcerpt ? window_.size() - kExcerpt : 0;
  std::string text = begin > 0 ? "…" : "";
  for (const char c : std::string_view(window_).substr(begin)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\r') {
      text += "\\r";
    } else if (byte < 0x20 || byte >= 0x7f) {
      text += fmt::format("\\x{:02x}", byte);
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace watertight::stress
