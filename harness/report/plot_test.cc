// SPDX-License-Identifier: Apache-2.0
#include "report/plot.h"

#include "report/sample_reports.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace watertight::report {
namespace {

std::vector<Point> level(std::size_t samples) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < samples; ++i) points.push_back({static_cast<double>(i), 10.0});
  return points;
}

bool holds(const std::vector<Point>& points, double operations) {
  return std::ranges::any_of(points, [&](const Point& p) { return p.operations == operations; });
}

CheckResult growth_of_fds() {
  CheckResult check;
  check.id = "growth.fds";
  check.verdict = Verdict::kFail;
  check.rate = Rate{.per_operation = 2, .low = 1, .high = 3, .unit = "fd"};
  return check;
}

TEST(Thin, LeavesFewPointsAsTheyAre) {
  auto points = level(20);
  points[3].amount.reset();
  EXPECT_EQ(thin(points, 20).size(), 20u);
}

TEST(Thin, KeepsEndsPeaksAndFloors) {
  auto points = level(100000);
  points[40321].amount = 99;
  points[70123].amount = -99;
  const auto thinned = thin(points, 100);
  EXPECT_LE(thinned.size(), 102u);
  EXPECT_TRUE(holds(thinned, 0));
  EXPECT_TRUE(holds(thinned, 99999));
  EXPECT_TRUE(holds(thinned, 40321));
  EXPECT_TRUE(holds(thinned, 70123));
}

TEST(Thin, KeepsTheOrder) {
  EXPECT_TRUE(std::ranges::is_sorted(thin(level(5000), 100), {}, &Point::operations));
}

TEST(Thin, LooksAtEqualStretchesOfOperations) {
  std::vector<Point> points;  // As many in the first operation as in the other thousand.
  for (int i = 0; i < 1000; ++i) points.push_back({i / 1000.0, i % 2});
  for (int i = 1; i <= 1000; ++i) points.push_back({1.0 * i, i % 2});
  const auto thinned = thin(points, 40);
  EXPECT_LE(std::ranges::count_if(thinned, [](const Point& p) { return p.operations < 50; }), 3);
}

TEST(Thin, HoldsOutWhereNothingWasMeasured) {
  auto points = level(5000);
  for (auto& point : points) point.amount.reset();
  EXPECT_EQ(thin(points, 100).size(), 2u);
}

TEST(PlotOf, IsTheColumnOfTheCheck) {
  const Report report = leaking_report();
  const auto plot = plot_of(report, report.checks.front());
  ASSERT_TRUE(plot);
  EXPECT_EQ(plot->resource, "fds");
  EXPECT_EQ(plot->unit, "fd");
  ASSERT_EQ(plot->points.size(), 4u);
  EXPECT_EQ(plot->points[1].operations, 2048);
  EXPECT_EQ(plot->points[1].amount, 1036);
  EXPECT_EQ(plot->decided_at_operations, 4096);
}

TEST(PlotOf, IsNothingWithoutASeries) {
  Report report;
  EXPECT_FALSE(plot_of(report, growth_of_fds()));
  report.series = {{"operations", {1, 2}}, {"fds", {std::nullopt, std::nullopt}}};
  EXPECT_FALSE(plot_of(report, growth_of_fds()));
  report.series["fds"][1] = 3;
  EXPECT_TRUE(plot_of(report, growth_of_fds()));
  CheckResult stop;
  stop.id = "shutdown.fds";
  EXPECT_FALSE(plot_of(report, stop));
}

TEST(PlotOf, HasNoAmountThatIsNotFinite) {
  Report report;
  report.series = {{"operations", {1, 2, std::numeric_limits<double>::infinity()}},
                   {"fds", {7, std::numeric_limits<double>::quiet_NaN(), 7}}};
  const auto plot = plot_of(report, growth_of_fds());
  ASSERT_TRUE(plot);
  ASSERT_EQ(plot->points.size(), 2u);
  EXPECT_FALSE(plot->points[1].amount);
}

TEST(PlotOf, LaysTheRateThroughTheLastOctaveBeforeTheDecision) {
  Report report;
  report.command = {"./mydaemon"};
  for (int i = 1; i <= 100; ++i) {
    report.series["operations"].push_back(i);
    report.series["fds"].push_back(i <= 64 ? 5 + 2 * i : 133);  // It stands at its limit.
  }
  CheckResult check = growth_of_fds();
  check.decided_at_operations = 64;
  const auto plot = plot_of(report, check);
  ASSERT_TRUE(plot && plot->line);
  EXPECT_EQ(plot->line->through.operations, 48);
  EXPECT_EQ(plot->line->through.amount, 5 + 2 * 48);
  EXPECT_EQ(plot->line->low, 1);
  check.verdict = Verdict::kPass;
  EXPECT_FALSE(plot_of(report, check)->line);
  check.verdict = Verdict::kInconclusive;
  check.rate->per_operation = 0;
  EXPECT_FALSE(plot_of(report, check)->line);
}

TEST(BlockFloors, AreTheLeastOfASixteenthOfAnOctave) {
  std::vector<Point> points;
  for (int round = 1; round <= 64; ++round)
    points.push_back({16.0 * round, round % 2 == 0 ? 100.0 : 200.0 + round});
  points.push_back({512 + 16, std::nullopt});
  const std::vector<BlockFloor> floors = block_floors(points, 0, 1024);
  ASSERT_GE(floors.size(), 16u);
  const BlockFloor& last = floors.back();
  EXPECT_EQ(last.to, 1024);
  EXPECT_EQ(last.to - last.from, 32);
  EXPECT_EQ(last.amount, 100);
  for (std::size_t i = 1; i < floors.size(); ++i) EXPECT_GE(floors[i].from, floors[i - 1].to);
}

TEST(BlockFloors, CountFromWhereJudgingBegan) {
  std::vector<Point> points, later;
  for (int round = 1; round <= 64; ++round) {
    points.push_back({16.0 * round, 200.0 + round});
    later.push_back({5000 + 16.0 * round, 200.0 + round});
  }
  const std::vector<BlockFloor> floors = block_floors(points, 0, 1024);
  const std::vector<BlockFloor> moved = block_floors(later, 5000, 6024);
  ASSERT_EQ(moved.size(), floors.size());
  EXPECT_EQ(moved.back().to, 6024);
  EXPECT_EQ(moved.front().from, 5000 + floors.front().from);
}

TEST(BlockFloors, AreNoneWithoutSamplesBeforeTheEnd) {
  EXPECT_TRUE(block_floors({}, 0, 1024).empty());
  EXPECT_TRUE(block_floors({{0, 1.0}, {2048, 1.0}}, 0, 1024).empty());
}

TEST(PlotOf, TakesARecordedSeriesFromItsFirstSampleOn) {
  Report report;
  for (int round = 0; round <= 64; ++round) {
    report.series["operations"].push_back(5000 + 16.0 * round);
    report.series["fds"].push_back(round);
  }
  CheckResult check;
  check.id = "growth.fds";
  EXPECT_EQ(plot_of(report, check)->floors.front().from, 5000 + 16);
  report.command = {"./mydaemon"};
  EXPECT_EQ(plot_of(report, check)->floors.size(), 6u) << "a run begins with operation 0";
}

}  // namespace
}  // namespace watertight::report
