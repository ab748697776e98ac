// SPDX-License-Identifier: Apache-2.0
#include "cli/compare.h"

#include "posix/file.h"
#include "report/json.h"
#include "report/sample_reports.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <sstream>

namespace watertight::cli {
namespace {

using testing::HasSubstr;

struct Outcome {
  int exit_code = 0;
  std::string output;
};

Outcome run(int (*command)(const std::vector<std::string>&),
            const std::vector<std::string>& arguments) {
  testing::internal::CaptureStdout();
  Outcome outcome;
  try {
    outcome.exit_code = command(arguments);
  } catch (const ScenarioError& error) {
    outcome = {2, error.what()};
  }
  const std::string output = testing::internal::GetCapturedStdout();
  if (outcome.output.empty()) outcome.output = output;
  return outcome;
}

class Compare : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    write("bad.json", report::leaking_report());
    write("good.json", report::clean_report());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("compare_") + testing::UnitTest::GetInstance()->current_test_info()->name());

 private:
  void write(const std::string& name, const Report& report) const {
    std::ostringstream out;
    report::write_json(report, out);
    posix::write_file(path(name), out.str());
  }
};

TEST_F(Compare, DiffFailsOnWhatIsNew) {
  const Outcome outcome = run(run_diff, {path("good.json"), path("bad.json")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("new        growth.fds"));
}

TEST_F(Compare, DiffOfAReportWithItselfIsTheSame) {
  const Outcome outcome = run(run_diff, {path("bad.json"), path("bad.json")});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, HasSubstr("same       growth.fds"));
}

TEST_F(Compare, DiffWantsTwoReports) {
  EXPECT_THAT(run(run_diff, {path("bad.json")}).output, HasSubstr("which two reports?"));
  EXPECT_THAT(run(run_diff, {"a", "b", "c"}).output, HasSubstr("one argument too many: `c`"));
}

TEST_F(Compare, BaselineIsMadeOfAReport) {
  const Outcome outcome =
      run(run_baseline, {"--reason", "ticket 7", path("known.json"), path("bad.json")});
  EXPECT_EQ(outcome.exit_code, 0);
  const auto text = posix::read_file(path("known.json"));
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr(R"("check":"growth.fds")"));
  EXPECT_THAT(*text, HasSubstr(R"("reason":"ticket 7")"));
}

TEST_F(Compare, BaselineOnlyShrinksUnlessItIsToldToGrow) {
  EXPECT_EQ(run(run_baseline, {path("known.json"), path("good.json")}).exit_code, 0);
  const auto empty = posix::read_file(path("known.json"));
  EXPECT_EQ(run(run_baseline, {path("known.json"), path("bad.json")}).exit_code, 0);
  EXPECT_EQ(posix::read_file(path("known.json")), empty);
  EXPECT_EQ(run(run_baseline, {"--accept", path("known.json"), path("bad.json")}).exit_code, 0);
  EXPECT_NE(posix::read_file(path("known.json")), empty);
  EXPECT_EQ(run(run_baseline, {path("known.json"), path("good.json")}).exit_code, 0);
  EXPECT_EQ(posix::read_file(path("known.json")), empty);
}

TEST_F(Compare, BaselineRefusesADayThatIsNone) {
  const Outcome outcome =
      run(run_baseline, {"--until", "soon", path("known.json"), path("bad.json")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(path("known.json")));
}

}  // namespace
}  // namespace watertight::cli
