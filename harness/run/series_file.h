// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes a recorded series, gives its rows one by one, in bounded memory where it is CSV.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace watertight::run {

/// One sample of every resource; empty where it was not measured.
struct SeriesRow {
  std::uint64_t operations = 0;
  double seconds = 0;
  std::vector<std::optional<double>> values;
  std::uint64_t line = 0;  ///< Of the file; of JSON, the index of the sample.
};

/// A series that is read from its beginning to its end.
///
/// CSV has a header: `ops,t`, then a column for each resource; a cell may be empty. JSON is the
/// report of an earlier run; of it the `series` is kept in memory. Both complain, with a
/// ScenarioError that names file, line and column, about what cannot be: decreasing operations or
/// times, numbers that are negative or not finite, rows too short or too long, text that is none.
class SeriesFile {
 public:
  virtual ~SeriesFile() = default;

  /// Names of the resources, as the file has them.
  const std::vector<std::string>& columns() const { return columns_; }

  /// The next row; empty at the end.
  virtual std::optional<SeriesRow> next() = 0;

 protected:
  std::vector<std::string> columns_;
};

/// By its first character: `{` is JSON. Throws ScenarioError where the file cannot be read, is
/// empty or no series.
std::unique_ptr<SeriesFile> open_series(const std::filesystem::path& path);

}  // namespace watertight::run
