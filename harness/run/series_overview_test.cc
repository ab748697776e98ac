// SPDX-License-Identifier: Apache-2.0
#include "run/series_overview.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace watertight::run {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Optional;

SeriesRow row(std::uint64_t line, std::vector<std::optional<double>> values) {
  return {.operations = 10 * line, .seconds = 0.5, .values = std::move(values), .line = line};
}

TEST(SeriesOverview, HasAllOfAShortSeries) {
  SeriesOverview overview(2);
  overview.add(row(1, {3, std::nullopt}));
  overview.add(row(2, {4, 5}));
  const auto series = overview.series({{"anon", 1024}, {"fds", 1}});
  EXPECT_THAT(series.at("operations"), ElementsAre(10, 20));
  EXPECT_THAT(series.at("seconds"), ElementsAre(0.5, 0.5));
  EXPECT_THAT(series.at("anon"), ElementsAre(3072, 4096));
  EXPECT_THAT(series.at("fds"), ElementsAre(std::nullopt, Optional(5)));
}

TEST(SeriesOverview, LosesNoPeakAndNoFloorOfALongOne) {
  const std::uint64_t rows = 3 * SeriesOverview::kMostWhole;
  SeriesOverview overview(rows);
  for (std::uint64_t i = 1; i <= rows; ++i) {
    const auto value = static_cast<double>(1000 + i % 7);
    overview.add(row(i, {i == 123457 ? 1 : value, i == 345679 ? 9999 : value}));
  }
  const auto series = overview.series({{"a", 1}, {"b", 1}});
  const auto& operations = series.at("operations");
  EXPECT_LT(operations.size(), 5000u);
  EXPECT_GT(operations.size(), 1000u);
  EXPECT_TRUE(std::ranges::is_sorted(operations));
  EXPECT_EQ(operations.front(), 10);
  EXPECT_EQ(operations.back(), 10.0 * static_cast<double>(rows));
  EXPECT_THAT(series.at("a"), Contains(1));
  EXPECT_THAT(series.at("b"), Contains(9999));
  EXPECT_EQ(series.at("b").size(), operations.size());
}

TEST(SeriesOverview, OfNothingIsEmpty) { EXPECT_TRUE(SeriesOverview(0).series({}).empty()); }

}  // namespace
}  // namespace watertight::run
