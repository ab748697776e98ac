// SPDX-License-Identifier: Apache-2.0
#include "report/plot.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace watertight::report {
namespace {

constexpr std::string_view kGrowth = "growth.";

using Points = std::vector<Point>;

/// The least and the greatest of a stretch, in their order; one where they are the same, none where
/// nothing was measured.
void add_extremes(Points::const_iterator first, Points::const_iterator last, Points& thinned) {
  const auto is_less = [](const Point& a, const Point& b) {
    return b.amount && (!a.amount || *a.amount < *b.amount);
  };
  const auto is_lower = [](const Point& a, const Point& b) {
    return a.amount && (!b.amount || *a.amount < *b.amount);
  };
  const auto least = std::min_element(first, last, is_lower);
  const auto greatest = std::max_element(first, last, is_less);
  if (least == last || !least->amount) return;
  thinned.push_back(*std::min(least, greatest));
  if (least != greatest) thinned.push_back(*std::max(least, greatest));
}

/// Through the middle of the last octave before the decision, where the rate was measured.
std::optional<FittedLine> fit(const Rate& rate, const Points& points, double from,
                              double decided_at) {
  const bool is_growth = std::isfinite(rate.per_operation) && rate.per_operation > 0;
  if (!is_growth || !std::isfinite(rate.low) || !std::isfinite(rate.high)) return std::nullopt;
  std::vector<double> operations, offsets;
  for (const Point& point : points) {
    const bool is_judged = point.operations >= (from + decided_at) / 2;
    if (!point.amount || point.operations > decided_at || !is_judged) continue;
    operations.push_back(point.operations);
    offsets.push_back(*point.amount - rate.per_operation * point.operations);
  }
  if (operations.empty()) return std::nullopt;
  std::ranges::sort(offsets);
  const double middle = (operations.front() + operations.back()) / 2;
  const double offset = offsets[offsets.size() / 2];
  return FittedLine{.through = {middle, offset + rate.per_operation * middle},
                    .rate = rate.per_operation,
                    .low = rate.low,
                    .high = rate.high};
}

}  // namespace

Points thin(const Points& points, std::size_t most) {
  if (points.size() <= std::max<std::size_t>(most, 2)) return points;
  const std::size_t stretches = std::max<std::size_t>(most / 2, 1);
  Points thinned = {points.front()};
  auto first = points.begin() + 1;
  const auto last = points.end() - 1;
  const double start = first->operations;
  const double width = (points.back().operations - start) / static_cast<double>(stretches);
  for (std::size_t i = 1; i <= stretches; ++i) {
    const double end = start + width * static_cast<double>(i);
    const auto next = i == stretches ? last : std::find_if(first, last, [&](const Point& point) {
      return point.operations >= end;
    });
    add_extremes(first, next, thinned);
    first = next;
  }
  thinned.push_back(points.back());
  return thinned;
}

std::vector<BlockFloor> block_floors(const Points& points, double from, double end) {
  constexpr double kBlocks = 16;
  std::vector<BlockFloor> floors;
  for (const Point& point : points) {
    const double at = point.operations - from, length = end - from;
    if (!point.amount || at <= 0 || at >= length) continue;
    const double begin = length * std::exp2(-std::ceil(std::log2(length / at)));
    const double width = begin / kBlocks;
    const double block = from + begin + width * std::floor((at - begin) / width);
    if (floors.empty() || floors.back().from != block)
      floors.push_back({block, block + width, *point.amount});
    floors.back().amount = std::min(floors.back().amount, *point.amount);
  }
  return floors;
}

std::optional<Plot> plot_of(const Report& report, const CheckResult& check) {
  if (!check.id.starts_with(kGrowth)) return std::nullopt;
  Plot plot;
  plot.resource = check.id.substr(kGrowth.size());
  const auto operations = report.series.find("operations");
  const auto amounts = report.series.find(plot.resource);
  if (operations == report.series.end() || amounts == report.series.end()) return std::nullopt;
  const std::size_t samples = std::min(operations->second.size(), amounts->second.size());
  for (std::size_t i = 0; i < samples; ++i) {
    const std::optional<double>& at = operations->second[i];
    std::optional<double> amount = amounts->second[i];
    if (!at || !std::isfinite(*at)) continue;
    if (amount && !std::isfinite(*amount)) amount.reset();
    plot.points.push_back({*at, amount});
  }
  if (std::ranges::none_of(plot.points,
                           [](const Point& point) { return point.amount.has_value(); }))
    return std::nullopt;
  std::ranges::stable_sort(plot.points, {}, &Point::operations);
  if (check.decided_at_operations)
    plot.decided_at_operations = static_cast<double>(*check.decided_at_operations);
  // A run is judged from its first operation on, a recorded series from its first sample on.
  const double from = report.command.empty() ? plot.points.front().operations : 0;
  const double end = plot.decided_at_operations.value_or(plot.points.back().operations);
  plot.floors = block_floors(plot.points, from, end);
  if (check.rate) plot.unit = check.rate->unit;
  if (check.rate && check.verdict != Verdict::kPass)
    plot.line = fit(*check.rate, plot.points, from, end);
  return plot;
}

}  // namespace watertight::report
