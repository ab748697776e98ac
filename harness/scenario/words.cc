// SPDX-License-Identifier: Apache-2.0
#include "scenario/words.h"

#include "scenario/parse.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <numeric>

#include <fnmatch.h>

namespace watertight::scenario {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, case
/// ignored.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto same = [&](std::size_t i, std::size_t j) { return lower(a[i]) == lower(b[j]); };
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (same(i - 1, j - 1) ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1))
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  std::string nearest;
  // A third of the letters may be wrong; beyond that a suggestion is a guess that misleads.
  std::size_t nearest_distance = (word.size() + 2) / 3 + 1;
  for (const auto& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= nearest_distance || distance >= candidate.size()) continue;
    nearest = candidate;
    nearest_distance = distance;
  }
  return nearest;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string nearest = suggestion(word, candidates);
  if (!nearest.empty()) return fmt::format("; did you mean `{}`?", nearest);
  return fmt::format("; known are: {}", fmt::join(candidates, ", "));
}

Quantity parse_quantity(std::string_view text, std::string_view what, std::string_view example) {
  Quantity quantity;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const char* const end = text.data() + text.size();
  const auto [rest, error] =
      text.empty() || !is_digit(text.front())
          ? std::from_chars_result{text.data(), std::errc::invalid_argument}
          : std::from_chars(text.data(), end, quantity.value, std::chars_format::fixed);
  if (error != std::errc{})
    throw ScenarioError(fmt::format("`{}` is not {}; write for example {}", text, what, example));
  quantity.unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
  return quantity;
}

bool glob_matches(std::string_view glob, std::string_view id) {
  return fnmatch(std::string(glob).c_str(), std::string(id).c_str(), 0) == 0;
}

}  // namespace watertight::scenario
