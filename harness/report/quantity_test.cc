// SPDX-License-Identifier: Apache-2.0
#include "report/quantity.h"

#include <gtest/gtest.h>

#include <limits>

namespace watertight::report {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

TEST(FormatCount, GroupsThousandsAndKeepsThreeDigitsOfFractions) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(-0.0), "0");
  EXPECT_EQ(format_count(7), "7");
  EXPECT_EQ(format_count(2.5), "2.5");
  EXPECT_EQ(format_count(0.0312), "0.0312");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(999.7), "1 000");
  EXPECT_EQ(format_count(65536), "65 536");
  EXPECT_EQ(format_count(-1234567), "-1 234 567");
  EXPECT_EQ(format_count(1e300), "1e+300");
  EXPECT_EQ(format_count(kNotANumber), "unknown");
}

TEST(FormatBytes, UsesBinaryMultiples) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(48), "48 B");
  EXPECT_EQ(format_bytes(1023), "1 023 B");
  EXPECT_EQ(format_bytes(1024), "1.0 KiB");
  EXPECT_EQ(format_bytes(1229), "1.2 KiB");
  EXPECT_EQ(format_bytes(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(format_bytes(200 * 1024), "200 KiB");
  EXPECT_EQ(format_bytes(3.1 * 1024 * 1024 * 1024), "3.1 GiB");
  EXPECT_EQ(format_bytes(-4096), "-4.0 KiB");
  EXPECT_EQ(format_bytes(kInfinity), "unknown");
}

TEST(FormatDuration, UsesTheUnitThatAPersonWould) {
  EXPECT_EQ(format_duration(0), "0 s");
  EXPECT_EQ(format_duration(0.0021), "2.1 ms");
  EXPECT_EQ(format_duration(0.11), "110 ms");
  EXPECT_EQ(format_duration(0.9996), "1.0 s");
  EXPECT_EQ(format_duration(4.1), "4.1 s");
  EXPECT_EQ(format_duration(60), "60 s");
  EXPECT_EQ(format_duration(120), "2 minutes");
  EXPECT_EQ(format_duration(17 * 60 + 10), "17 minutes");
  EXPECT_EQ(format_duration(9000), "2.5 hours");
  EXPECT_EQ(format_duration(86400 * 45), "45 days");
  EXPECT_EQ(format_duration(86400 * 365.25 * 12), "12 years");
  EXPECT_EQ(format_duration(-4.1), "-4.1 s");
  EXPECT_EQ(format_duration(kInfinity), "unknown");
}

TEST(FormatAmount, KnowsOneFromMany) {
  EXPECT_EQ(format_amount(1, "fd"), "1 fd");
  EXPECT_EQ(format_amount(0, "fd"), "0 fds");
  EXPECT_EQ(format_amount(1036, "fd"), "1 036 fds");
  EXPECT_EQ(format_amount(2, "process"), "2 processes");
  EXPECT_EQ(format_amount(2, "watch"), "2 watches");
  EXPECT_EQ(format_amount(2, "mapping"), "2 mappings");
  EXPECT_EQ(format_amount(3000, "byte"), "2.9 KiB");
}

TEST(FormatRate, SaysOneInManyBelowOne) {
  EXPECT_EQ(format_rate(1, "fd"), "1 fd per operation");
  EXPECT_EQ(format_rate(2, "process"), "2 processes per operation");
  EXPECT_EQ(format_rate(48, "byte"), "48 bytes per operation");
  EXPECT_EQ(format_rate(1040, "byte"), "1 040 bytes per operation");
  EXPECT_EQ(format_rate(65536, "byte"), "64.0 KiB per operation");
  EXPECT_EQ(format_rate(0.5, "fd"), "1 fd in 2 operations");
  EXPECT_EQ(format_rate(1.0 / 3, "fd"), "1 fd in 3 operations");
  EXPECT_EQ(format_rate(0.4, "fd"), "0.4 fds per operation");
  EXPECT_EQ(format_rate(0.9, "fd"), "0.9 fds per operation");
  EXPECT_EQ(format_rate(1.0 / 128, "fd"), "1 fd in 128 operations");
  EXPECT_EQ(format_rate(1.0 / 4000, "fd"), "1 fd in 4 000 operations");
  EXPECT_EQ(format_rate(0.01, "byte"), "1 byte in 100 operations");
  EXPECT_EQ(format_rate(0, "fd"), "0 fds per operation");
  EXPECT_EQ(format_rate(-1, "fd"), "-1 fd per operation");
  EXPECT_EQ(format_rate(-0.01, "fd"), "-1 fd in 100 operations");
  EXPECT_EQ(format_rate(kNotANumber, "fd"), "unknown");
}

TEST(FormatDetectionLimit, NeverPromisesMoreThanIsTrue) {
  EXPECT_EQ(format_detection_limit(1.0 / 4096, "fd"), "1 fd in 4 000 operations");
  EXPECT_EQ(format_detection_limit(1.0 / 1000, "fd"), "1 fd in 1 000 operations");
  EXPECT_EQ(format_detection_limit(1.0 / 19999, "fd"), "1 fd in 19 000 operations");
  EXPECT_EQ(format_detection_limit(1.0 / 128, "fd"), "1 fd in 128 operations");
  EXPECT_EQ(format_detection_limit(0.371, "byte"), "0.38 bytes per operation");
  EXPECT_EQ(format_detection_limit(16.1, "byte"), "17 bytes per operation");
  EXPECT_EQ(format_detection_limit(1, "fd"), "1 fd per operation");
}

TEST(FormatRateInterval, ShowsAsManyDigitsAsTheIntervalAllows) {
  EXPECT_EQ(format_rate_interval({48, 47.9, 48.1, 0, "byte"}), "48.0 ± 0.1 bytes per operation");
  EXPECT_EQ(format_rate_interval({1, 0.99, 1.01, 0, "fd"}), "1.00 ± 0.01 fds per operation");
  EXPECT_EQ(format_rate_interval({2048, 2000, 2096, 0, "byte"}), "2 048 ± 48 bytes per operation");
  EXPECT_EQ(format_rate_interval({65536, 64512, 66560, 0, "byte"}), "64 ± 1 KiB per operation");
  EXPECT_EQ(format_rate_interval({1e-4, 0.8e-4, 1.25e-4, 0, "fd"}),
            "1 fd in 10 000 operations (8 000 to 12 500)");
}

TEST(FormatRateInterval, ShowsBothEndsWhereItLeans) {
  EXPECT_EQ(format_rate_interval({48, 47, 60, 0, "byte"}), "48 (47 to 60) bytes per operation");
}

TEST(FormatRateInterval, LeavesOutAnIntervalWithoutWidth) {
  EXPECT_EQ(format_rate_interval({1, 1, 1, 0, "fd"}), "1 fd per operation");
  EXPECT_EQ(format_rate_interval({1, kNotANumber, kInfinity, 0, "fd"}), "1 fd per operation");
  EXPECT_EQ(format_rate_interval({kNotANumber, 0, 1, 0, "fd"}), "unknown");
}

TEST(FormatDailyGrowth, NamesThePace) {
  EXPECT_EQ(format_daily_growth(48, "byte", 100.0 / 60),
            "6.6 MiB a day at 100 operations a minute");
  EXPECT_EQ(format_daily_growth(1, "fd", 9123),
            "790 000 000 fds a day at 9 100 operations a second");
  EXPECT_EQ(format_daily_growth(1, "fd", 1.0 / 60), "1 400 fds a day at 1 operation a minute");
}

}  // namespace
}  // namespace watertight::report
