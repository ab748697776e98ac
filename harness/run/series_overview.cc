// SPDX-License-Identifier: Apache-2.0
#include "run/series_overview.h"

#include <algorithm>

namespace watertight::run {
namespace {

constexpr std::uint64_t kStretches = 1000;

/// Whether the column's value in `row` is farther out than in `extreme`.
template <typename Farther>
bool is_farther(const SeriesRow& row, const std::optional<SeriesRow>& extreme, std::size_t column,
                Farther farther) {
  const auto& value = row.values[column];
  return value && (!extreme || farther(*value, *extreme->values[column]));
}

}  // namespace

SeriesOverview::SeriesOverview(std::uint64_t samples)
    : rows_per_stretch_(samples <= kMostWhole ? 1 : samples / kStretches) {}

void SeriesOverview::add(const SeriesRow& row) {
  least_.resize(row.values.size());
  greatest_.resize(row.values.size());
  if (rows_per_stretch_ == 1 || kept_.empty()) {
    kept_.push_back(row);
    return;
  }
  for (std::size_t c = 0; c < row.values.size(); ++c) {
    if (is_farther(row, least_[c], c, std::less<>())) least_[c] = row;
    if (is_farther(row, greatest_[c], c, std::greater<>())) greatest_[c] = row;
  }
  last_ = row;
  if (++rows_in_stretch_ == rows_per_stretch_) end_stretch();
}

void SeriesOverview::end_stretch() {
  std::map<std::uint64_t, SeriesRow> extremes;  // By line: a row is kept once.
  for (auto* const rows : {&least_, &greatest_}) {
    for (std::optional<SeriesRow>& row : *rows) {
      if (row) extremes.emplace(row->line, *row);
      row.reset();
    }
  }
  for (auto& [line, row] : extremes) kept_.push_back(std::move(row));
  rows_in_stretch_ = 0;
}

std::map<std::string, std::vector<std::optional<double>>> SeriesOverview::series(
    const std::vector<Column>& columns) {
  end_stretch();
  if (last_ && kept_.back().line != last_->line) kept_.push_back(*last_);
  std::map<std::string, std::vector<std::optional<double>>> series;
  for (const SeriesRow& row : kept_) {
    series["operations"].push_back(static_cast<double>(row.operations));
    series["seconds"].push_back(row.seconds);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      std::optional<double> value = row.values[c];
      if (value) *value *= columns[c].factor;
      series[columns[c].name].push_back(value);
    }
  }
  return series;
}

}  // namespace watertight::run
