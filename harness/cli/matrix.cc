// SPDX-License-Identifier: Apache-2.0
#include "cli/matrix.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>

namespace watertight::cli {
namespace {

using Line = ParsedCommandLine;

constexpr int kSkipped = 77, kOwnDeadline = 124, kSignalled = 128;

/// `values` as part of a file's name: "cache=on,workers=4".
std::string in_file_name(std::string values) {
  for (char& c : values) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                          std::string_view("=._-").find(c) != std::string_view::npos;
    if (!is_plain) c = c == ' ' ? ',' : '_';
  }
  return values;
}

template <typename Text>
bool are_distinct(const std::vector<Line>& lines, Text text) {
  std::set<std::string> seen;
  return std::ranges::all_of(lines,
                             [&](const Line& line) { return seen.insert(text(line)).second; });
}

void tell_files_apart(std::vector<Line>& lines, const ReportOption& option) {
  const auto path_of = [&](const Line& line) { return (line.reports.*option.path).string(); };
  if (path_of(lines.front()).empty() || are_distinct(lines, path_of)) return;
  for (Line& line : lines) {
    std::filesystem::path& path = line.reports.*option.path;
    if (path == "-")
      throw ScenarioError(
          fmt::format("{} -: a matrix has several reports; give a file", option.name));
    path.replace_filename(fmt::format("{}.{}{}", path.stem().string(), in_file_name(line.values),
                                      path.extension().string()));
  }
  if (!are_distinct(lines, path_of))
    throw ScenarioError(
        fmt::format("{}: two runs of the matrix would write {}; name the parameter in `[report]`",
                    option.name, path_of(lines.front())));
}

int rank_of(int exit_code) {
  if (exit_code > kSignalled) return 1;
  const int order[] = {2, kSignalled, 1, 3, kOwnDeadline, 4, 0, kSkipped};
  return static_cast<int>(std::ranges::find(order, exit_code) - std::begin(order));
}

}  // namespace

void tell_apart(std::vector<Line>& runs) {
  if (runs.size() < 2) return;
  if (!are_distinct(runs, [](const Line& line) { return line.scenario.name; }))
    for (Line& line : runs) line.scenario.name += " " + line.values;
  for (const ReportOption& option : report_options()) tell_files_apart(runs, option);
}

int exit_code_of(std::span<const int> exit_codes) {
  return *std::ranges::min_element(exit_codes, {}, rank_of);
}

std::string_view word_for(int exit_code) {
  switch (exit_code) {
    case 0:
      return "pass";
    case 1:
      return "fail";
    case 4:
      return "inconclusive";
    case kSkipped:
      return "not applicable";
    case kOwnDeadline:
      return "deadline";
    default:
      return exit_code > kSignalled ? "interrupted" : "error";
  }
}

}  // namespace watertight::cli
