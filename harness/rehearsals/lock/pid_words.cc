// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/pid_words.h"

#include "proc/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace watertight::rehearsals {
namespace {

constexpr std::string_view kWord = "pid";
constexpr std::string_view kDigits = "0123456789";
/// PID_MAX_LIMIT of 64-bit kernels.
constexpr std::int64_t kHighestPid = 1 << 22;

bool is_in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Of what follows the word: its number, or that there is none where there should be one.
std::string judge(std::string_view rest) {
  const std::size_t start = std::min(rest.find_first_not_of(" \t:=('\"["), rest.size());
  const std::string_view between = rest.substr(0, start);
  std::string_view text = rest.substr(start);
  const bool is_negative = text.starts_with("-");
  const std::string_view digits =
      text.substr(is_negative, std::min(text.find_first_not_of(kDigits, is_negative), text.size()) -
                                   is_negative);
  if (!digits.empty()) {
    const auto number = proc::parse_number<std::int64_t>(digits);
    const bool is_pid = !is_negative && number && *number > 0 && *number <= kHighestPid;
    return is_pid ? "" : fmt::format("names pid {}{}", is_negative ? "-" : "", digits);
  }
  const bool promises = between.find_first_of(":=([") != std::string_view::npos;
  const bool keeps_nothing = text.empty() || !is_in_word(text.front());
  return promises && keeps_nothing ? "names an empty pid" : "";
}

}  // namespace

std::string names_nobody(std::string_view line) {
  std::string low(line);
  std::ranges::transform(low, low.begin(), [](unsigned char c) { return std::tolower(c); });
  for (auto at = low.find(kWord); at != std::string::npos; at = low.find(kWord, at + 1)) {
    const std::size_t end = at + kWord.size();
    const bool begins =
        at == 0 || (!is_in_word(low[at - 1]) && low[at - 1] != '.' && low[at - 1] != '/');
    if (!begins || (end < low.size() && is_in_word(low[end]))) continue;
    if (std::string what = judge(std::string_view(low).substr(end)); !what.empty()) return what;
  }
  return "";
}

}  // namespace watertight::rehearsals
