// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes the rows of a series, gives what reports show of it.

#include "run/series_file.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace watertight::run {

/// A series for people, in bounded memory: all rows of a short one; of a long one the first, the
/// last, and of each of a thousand stretches the rows in which some column is least or greatest, so
/// that no floor and no peak is lost.
class SeriesOverview {
 public:
  /// Samples that are kept as they are.
  static constexpr std::uint64_t kMostWhole = 200'000;

  /// `samples`: rows that will be added.
  explicit SeriesOverview(std::uint64_t samples);

  void add(const SeriesRow& row);

  /// `operations`, `seconds`, and each column under its name, its values times its factor.
  struct Column {
    std::string name;
    double factor = 1;
  };
  std::map<std::string, std::vector<std::optional<double>>> series(
      const std::vector<Column>& columns);

 private:
  void end_stretch();

  std::uint64_t rows_per_stretch_;
  std::uint64_t rows_in_stretch_ = 0;
  std::vector<std::optional<SeriesRow>> least_, greatest_;  ///< Of the stretch, by column.
  std::optional<SeriesRow> last_;
  std::vector<SeriesRow> kept_;
};

}  // namespace watertight::run
