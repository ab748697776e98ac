// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>
#include <watertight/scenario.h>

#include <filesystem>
#include <string>
#include <vector>

namespace watertight::run {

/// How a recorded series is judged.
struct SeriesOptions {
  double alpha = 0.001;
  bool is_strict = false;
  bool is_rigorous = false;
  std::vector<Tolerance> tolerate{};  ///< Resources are those of the file.
  std::vector<Pool> pools{};
};

/// A column of the file, without its unit.
struct SeriesResource {
  std::string id;
  bool is_in_bytes = false;
};
std::vector<SeriesResource> resources_of(const std::filesystem::path& series);

/// Judges every column as a run would that had this series for its samples. The budget is the
/// length of the series. Reads it twice, a row at a time. Throws ScenarioError where it is none.
///
/// `_kb` columns are KiB of memory, others counts; `vmdata` moves in steps too large for verdicts
/// and is for information. A daemon that restarted on the way is judged stretch by stretch: a leak
/// in one of them is a leak, and else the longest one speaks.
Report judge_series(const std::filesystem::path& series, const SeriesOptions& options);

}  // namespace watertight::run
