// SPDX-License-Identifier: Apache-2.0
#include "run/recorded_series.h"

#include "judge/growth.h"
#include "report/quantity.h"
#include "run/restarts.h"
#include "run/series_file.h"
#include "run/series_overview.h"
#include "run/summary.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace watertight::run {
namespace {

constexpr double kPage = 4096;
/// glibc grows its heap by 132 KiB at a time.
constexpr double kHeapStep = 132 * 1024;
constexpr std::uint64_t kBlocks = 16;
/// A step over more operations than so many usual ones has samples missing.
constexpr double kGap = 4;

/// What a column of the file is.
struct Column {
  std::string id;  ///< Without `growth.`.
  std::string unit;
  double factor = 1;
  double quantum = 1;
  bool is_exact = true;
  Severity severity = Severity::kFail;
  bool is_memory() const { return unit == "byte"; }
};

Column column_of(const std::string& name) {
  constexpr std::string_view kKibibytes = "_kb";
  Column column;
  column.id = name;
  if (name.size() > kKibibytes.size() && name.ends_with(kKibibytes)) {
    column.id.resize(name.size() - kKibibytes.size());
    column.factor = 1024;
    column.unit = "byte";
  }
  if (const auto known = probe::find_resource(column.id)) {
    const auto& traits = probe::traits(*known);
    column.severity = traits.severity;
    column.quantum = traits.quantum;
    column.is_exact = traits.is_exact;
    if (column.unit.empty()) column.unit = traits.unit;
  } else if (column.is_memory()) {
    column.quantum = kPage;
    column.is_exact = false;
  }
  if (column.unit.empty()) column.unit = "item";
  if (column.id == "vmdata") {
    column.quantum = kHeapStep;
    column.severity = Severity::kInfo;
  }
  return column;
}

/// What the first reading finds out.
struct Survey {
  std::vector<Column> columns;
  std::vector<Stretch> stretches;
  std::uint64_t samples = 0;
  double usual_step = 0;  ///< Operations.
  double seconds = 0;
};

Survey survey(const std::filesystem::path& path) {
  Survey result;
  const auto file = open_series(path);
  for (const std::string& name : file->columns()) result.columns.push_back(column_of(name));
  std::vector<bool> is_memory;
  for (const Column& column : result.columns) is_memory.push_back(column.is_memory());
  RestartDetector restarts(is_memory);
  std::optional<SeriesRow> last;
  double steps = 0, operations = 0;
  while (const auto row = file->next()) {
    ++result.samples;
    restarts.add(*row);
    if (last && row->operations > last->operations) {
      ++steps;
      operations += static_cast<double>(row->operations - last->operations);
    }
    last = row;
  }
  if (result.samples < 2)
    throw ScenarioError(fmt::format("{}:{}:1: {}: nothing grows in it", path.string(),
                                    last ? last->line : 1,
                                    last ? "a series of one sample" : "a series without samples"));
  result.seconds = last->seconds;
  result.stretches = restarts.stretches();
  result.usual_step = steps > 0 ? operations / steps : 0;
  return result;
}

/// Octaves so that the last one ends with the stretch and a block of the first holds a sample.
void fit_octaves(const Stretch& stretch, double usual_step, judge::Options& options) {
  const std::uint64_t operations = stretch.last_operations - stretch.first_operations;
  const double smallest = std::max(1.0, kBlocks * std::ceil(usual_step));
  const double octaves =
      std::max(1.0, std::floor(std::log2(static_cast<double>(operations) / smallest)));
  options.first_octave = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(static_cast<double>(operations) / std::exp2(octaves)));
  options.budget = options.first_octave << static_cast<unsigned>(octaves);
}

judge::Options options_for(const Column& column, const Survey& found, const Stretch& stretch,
                           const SeriesOptions& wanted) {
  judge::Options options;
  options.quantum = column.quantum;
  options.is_exact = column.is_exact;
  options.default_tolerance = column.is_memory() ? 1 : 1e-3;
  if (column.is_memory() && column.is_exact) options.big_growth = judge::kBigHeap;
  options.alpha = wanted.alpha;
  options.resources = static_cast<unsigned>(found.columns.size() *
                                            std::max<std::size_t>(1, found.stretches.size()));
  options.is_strict = wanted.is_strict;
  options.is_rigorous = wanted.is_rigorous;
  for (const Tolerance& tolerance : wanted.tolerate)
    if (tolerance.resource == column.id) options.stated_tolerance = tolerance.per_operation;
  for (const Pool& pool : wanted.pools)
    if (pool.resource == column.id) options.pool = pool.size;
  fit_octaves(stretch, found.usual_step, options);
  return options;
}

/// The verdict on a column over all stretches.
struct Judged {
  judge::GrowthVerdict verdict;
  std::uint64_t length = 0;  ///< Of the stretch that speaks; a failure speaks for ever.
};

struct Reading {
  std::vector<Judged> columns;
  SeriesOverview overview;
  std::uint64_t missing = 0;  ///< Samples, about.
};

Reading judge_stretches(const std::filesystem::path& path, const Survey& found,
                        const SeriesOptions& options) {
  Reading result{.columns = std::vector<Judged>(found.columns.size()),
                 .overview = SeriesOverview(found.samples)};
  const auto file = open_series(path);
  auto row = file->next();
  for (const Stretch& stretch : found.stretches) {
    std::vector<judge::GrowthJudge> judges;
    for (const Column& column : found.columns)
      judges.emplace_back(options_for(column, found, stretch, options));
    std::optional<std::uint64_t> last;
    for (std::uint64_t i = 0; i < stretch.samples && row; ++i, row = file->next()) {
      if (last && found.usual_step > 0) {
        const double steps = static_cast<double>(row->operations - *last) / found.usual_step;
        if (steps >= kGap) result.missing += static_cast<std::uint64_t>(std::lround(steps)) - 1;
      }
      last = row->operations;
      result.overview.add(*row);
      for (std::size_t c = 0; c < judges.size(); ++c)
        if (const auto& value = row->values[c])
          judges[c].observe({row->operations - stretch.first_operations, row->seconds,
                             *value * found.columns[c].factor});
    }
    const std::uint64_t length = stretch.last_operations - stretch.first_operations + 1;
    for (std::size_t c = 0; c < judges.size(); ++c) {
      Judged& judged = result.columns[c];
      const bool has_failed = judged.verdict.verdict == Verdict::kFail;
      const judge::GrowthVerdict verdict = judges[c].verdict();
      const bool fails = verdict.verdict == Verdict::kFail;
      if (has_failed || (!fails && length <= judged.length)) continue;
      judged = {verdict, length};
      judged.verdict.operations += stretch.first_operations;
    }
  }
  return result;
}

std::string told(const Survey& found, std::uint64_t missing) {
  std::string text;
  if (found.stretches.size() > 1) {
    text = "; the daemon restarted ";
    text += found.stretches.size() == 2
                ? "after "
                : fmt::format("{} times, first after ", found.stretches.size() - 1);
    text += report::format_count(static_cast<double>(found.stretches[0].last_operations)) +
            " operations: each stretch was judged by itself";
  }
  if (missing > 0)
    text += fmt::format("; about {} samples are missing",
                        report::format_count(static_cast<double>(missing)));
  return text;
}

}  // namespace

std::vector<SeriesResource> resources_of(const std::filesystem::path& series) {
  std::vector<SeriesResource> resources;
  const auto file = open_series(series);
  for (const std::string& name : file->columns()) {
    const Column column = column_of(name);
    resources.push_back({column.id, column.is_memory()});
  }
  return resources;
}

Report judge_series(const std::filesystem::path& series, const SeriesOptions& options) {
  const Survey found = survey(series);
  Reading reading = judge_stretches(series, found, options);
  Report report;
  report.name = series.filename().string();
  report.operations =
      found.stretches.back().last_operations - found.stretches.front().first_operations;
  report.stress_seconds = found.seconds;
  report.stopped = "end of the series";
  report.is_strict = options.is_strict;
  for (std::size_t c = 0; c < found.columns.size(); ++c) {
    const Column& column = found.columns[c];
    probe::ResourceTraits traits{};
    traits.id = traits.title = column.id;
    traits.unit = column.unit;
    traits.quantum = column.quantum;
    traits.severity = column.severity;
    GrowthContext context;
    context.traits = &traits;
    CheckResult result = summarize_growth(reading.columns[c].verdict, context);
    result.summary += told(found, reading.missing);
    report.checks.push_back(std::move(result));
  }
  std::vector<SeriesOverview::Column> columns;
  for (const Column& column : found.columns) columns.push_back({column.id, column.factor});
  report.series = reading.overview.series(columns);
  return report;
}

}  // namespace watertight::run
