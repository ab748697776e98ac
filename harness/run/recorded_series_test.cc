// SPDX-License-Identifier: Apache-2.0
#include "run/recorded_series.h"

#include "report/json.h"
#include "run/series_file.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

namespace watertight::run {
namespace {

using testing::HasSubstr;

/// A file in the folder for temporary files, gone with the test.
class SeriesTest : public testing::Test {
 protected:
  ~SeriesTest() override { std::filesystem::remove(path_); }

  std::filesystem::path file(const std::string& text) {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(testing::TempDir()) / fmt::format("{}.csv", test->name());
    std::ofstream(path_, std::ios::binary) << text;
    return path_;
  }

  std::string complaint(const std::string& text) {
    try {
      judge_series(file(text), {});
    } catch (const ScenarioError& error) {
      const std::string what = error.what();
      EXPECT_EQ(what.find(path_.string()), 0u) << what;
      return what.substr(std::min(path_.string().size(), what.size()));
    }
    return "no complaint";
  }

 private:
  std::filesystem::path path_;
};

const CheckResult& check(const Report& report, const std::string& id) {
  for (const CheckResult& result : report.checks)
    if (result.id == id) return result;
  throw std::out_of_range(id);
}

Report judge_recording(const std::string& name, const SeriesOptions& options = {}) {
  return judge_series(std::filesystem::path(WATERTIGHT_FIXTURES "/recorded") / (name + ".csv"),
                      options);
}

/// `ops,t,anon_kb,fds` of 4 096 rounds of 64 operations.
template <typename Fds>
std::string recording(Fds fds, std::uint64_t skip_from = 0, std::uint64_t skip_to = 0) {
  std::string text = "ops,t,anon_kb,fds\n";
  for (std::uint64_t n = 0; n <= 262144; n += 64) {
    if (n > skip_from && n < skip_to) continue;
    text += fmt::format("{},{:.3f},{},{}\n", n, static_cast<double>(n) / 8000, 2000, fds(n));
  }
  return text;
}

TEST(RecordedSeries, FindsTheLeakAndOnlyTheLeak) {
  const Report leaks = judge_recording("fd100");
  EXPECT_EQ(check(leaks, "growth.fds").verdict, Verdict::kFail);
  EXPECT_EQ(check(leaks, "growth.anon").verdict, Verdict::kPass);
  EXPECT_EQ(leaks.exit_code(), 1);
  EXPECT_NEAR(check(leaks, "growth.fds").rate->per_operation, 0.01, 0.001);
  EXPECT_EQ(leaks.operations, 262144u);

  const Report clean = judge_recording("clean");
  EXPECT_EQ(clean.exit_code(), 0);
  EXPECT_THAT(check(clean, "growth.fds").summary, HasSubstr("would have caught"));
}

TEST(RecordedSeries, ToleratesWhatTheUserTolerates) {
  EXPECT_EQ(judge_recording("fd100", {.tolerate = {{"fds", 0.02}}}).exit_code(), 0);
  EXPECT_EQ(check(judge_recording("fd100", {.pools = {{"fds", 1e5}}}), "growth.fds").verdict,
            Verdict::kInconclusive);
}

TEST(RecordedSeries, TellsTimeFromWork) {
  const CheckResult anon = check(judge_recording("tleak"), "growth.anon");
  EXPECT_EQ(anon.verdict, Verdict::kFail);
  EXPECT_THAT(anon.summary, HasSubstr("time"));
  EXPECT_THAT(check(judge_recording("leak16"), "growth.anon").summary,
              testing::Not(HasSubstr("idle")));
}

TEST_F(SeriesTest, ReadsTheReportOfAnEarlierRun) {
  Report run;
  for (std::uint64_t n = 0; n <= 262144; n += 64) {
    run.series["operations"].push_back(static_cast<double>(n));
    run.series["seconds"].push_back(static_cast<double>(n) / 8000);
    run.series["fds"].push_back(10 + std::floor(static_cast<double>(n) / 100));
    run.series["rss"].push_back(4096 * 500);
    run.series["maps"].push_back(n % 4096 == 0 ? std::optional(40.0) : std::nullopt);
  }
  std::ostringstream text;
  report::write_json(run, text);
  const Report judged = judge_series(file(text.str()), {});
  EXPECT_EQ(check(judged, "growth.fds").verdict, Verdict::kFail);
  EXPECT_EQ(check(judged, "growth.rss").verdict, Verdict::kPass);
  EXPECT_EQ(check(judged, "growth.rss").rate->unit, "byte");
  EXPECT_EQ(check(judged, "growth.maps").severity, Severity::kWarn);
}

TEST_F(SeriesTest, SeesARestartAndJudgesEachStretchByItself) {
  const auto restarted = [](double rate) {
    return recording([rate](std::uint64_t n) {
      return 10 + std::floor(rate * static_cast<double>(n < 200'000 ? n : n - 200'000));
    });
  };
  const CheckResult leaks = check(judge_series(file(restarted(0.01)), {}), "growth.fds");
  EXPECT_EQ(leaks.verdict, Verdict::kFail);
  EXPECT_THAT(leaks.summary, HasSubstr("restarted after"));
  EXPECT_NEAR(leaks.rate->per_operation, 0.01, 0.001);
  EXPECT_THAT(check(judge_series(file(restarted(0)), {}), "growth.fds").summary,
              testing::Not(HasSubstr("restarted")));
}

TEST_F(SeriesTest, TellsOfMissingSamples) {
  const auto flat = [](std::uint64_t) { return 10; };
  const CheckResult gap =
      check(judge_series(file(recording(flat, 64'000, 96'000)), {}), "growth.fds");
  EXPECT_THAT(gap.summary, HasSubstr("samples are missing"));
  EXPECT_NE(gap.verdict, Verdict::kFail);
  const std::string most = recording(flat, 0, 200'000);
  EXPECT_NE(check(judge_series(file(most), {}), "growth.fds").verdict, Verdict::kFail);
}

TEST_F(SeriesTest, IsNotMistakenWhereItIsNone) {
  EXPECT_THAT(complaint(""), HasSubstr(":1:1: the file is empty"));
  EXPECT_THAT(complaint("ops,t,fds\n"), HasSubstr("without samples"));
  EXPECT_THAT(complaint("ops,t,fds\n0,0,6\n"), HasSubstr(":2:1: a series of one sample"));
  EXPECT_THAT(complaint("a,b,c\n0,0,6\n"), HasSubstr(":1:1: the header"));
  EXPECT_THAT(complaint("ops,t,fds,fds\n"), HasSubstr(":1:11: a second column `fds`"));
  EXPECT_THAT(complaint("ops,t,fds\n64,0,6\n0,1,6\n"), HasSubstr(":3:1: operations fall"));
  EXPECT_THAT(complaint("ops,t,fds\n0,2,6\n64,1,6\n"), HasSubstr(":3:4: time runs back"));
  EXPECT_THAT(complaint("ops,t,fds\n0,0,nan\n"), HasSubstr(":2:5: `nan` is not a finite number"));
  EXPECT_THAT(complaint("ops,t,fds\n0,0,inf\n"), HasSubstr(":2:5: "));
  EXPECT_THAT(complaint("ops,t,fds\n0,0,-1\n"), HasSubstr(":2:5: `-1` is negative"));
  EXPECT_THAT(complaint("ops,t,fds\n0,0,6x\n"), HasSubstr(":2:5: `6x` is not a number"));
  EXPECT_THAT(complaint("ops,t,fds\n0.5,0,6\n"), HasSubstr(":2:1: `0.5`"));
  EXPECT_THAT(complaint("ops,t,fds\n0,0\n"), HasSubstr(":2:4: 2 columns, but the header has 3"));
  EXPECT_THAT(complaint("ops,t,fds\n0,0,6,7\n"), HasSubstr(":2:7: 4 columns"));
  EXPECT_THAT(complaint("ops,t,fds\n0,0,1e400\n"), HasSubstr(":2:5: "));
  EXPECT_THAT(complaint(std::string("\x7f"
                                    "ELF\0\1\2",
                                    7)),
              HasSubstr(":1:5: a control character"));
  EXPECT_THAT(complaint(std::string(1 << 20, 'x')), HasSubstr("the line is longer"));
  EXPECT_THAT(complaint("{\"series\": {}}"), HasSubstr("series.operations is missing"));
  EXPECT_THAT(complaint("{\"checks\": []}"), HasSubstr("no series"));
  EXPECT_THAT(complaint("{\"series\": "), HasSubstr("line 1, column"));
  EXPECT_THAT(complaint("{\"series\":{\"operations\":[0,64],\"seconds\":[0]}}"),
              HasSubstr("series.seconds has 1 samples"));
}

TEST_F(SeriesTest, MayHaveEmptyCellsAndWindowsLineEnds) {
  const auto series = open_series(file("\xEF\xBB\xBFops, t, fds\r\n0,0,\r\n\r\n64, 0.5, 7\r\n"));
  EXPECT_EQ(series->columns(), std::vector<std::string>{"fds"});
  EXPECT_EQ(series->next()->values.at(0), std::nullopt);
  const auto row = series->next();
  EXPECT_EQ(row->operations, 64u);
  EXPECT_EQ(row->values.at(0), 7);
  EXPECT_EQ(row->line, 4u);
  EXPECT_FALSE(series->next());
}

}  // namespace
}  // namespace watertight::run
