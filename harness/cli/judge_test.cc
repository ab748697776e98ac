// SPDX-License-Identifier: Apache-2.0
#include "cli/judge.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace watertight::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kRecorded = WATERTIGHT_FIXTURES "/recorded/";

/// What is printed stays off the terminal of the tests.
struct CapturedOutput {
  CapturedOutput() { testing::internal::CaptureStdout(); }
  ~CapturedOutput() { testing::internal::GetCapturedStdout(); }
};

int judge(const std::vector<std::string>& arguments) {
  const CapturedOutput captured;
  return run_judge(arguments);
}

std::string complaint(const std::vector<std::string>& arguments) {
  try {
    judge(arguments);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "no complaint";
}

TEST(JudgeCommand, ExitsAsARunWould) {
  EXPECT_EQ(judge({kRecorded + "clean.csv"}), 0);
  EXPECT_EQ(judge({kRecorded + "fd100.csv"}), 1);
  EXPECT_EQ(judge({kRecorded + "cachezipf.csv"}), 4);
  EXPECT_EQ(judge({"--tolerate", "fds=0.02", kRecorded + "fd100.csv"}), 0);
  EXPECT_EQ(judge({kRecorded + "fd100.csv", "--pool=fds=100k", "--alpha", "1%"}), 4);
  EXPECT_EQ(judge({"--help"}), 0);
}

std::string report_of(const std::string& option, const std::string& name) {
  const auto file = std::filesystem::path(testing::TempDir()) / name;
  EXPECT_EQ(judge({option, file.string(), kRecorded + "leak16.csv"}), 1);
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  std::filesystem::remove(file);
  return text.str();
}

TEST(JudgeCommand, WritesTheReports) {
  EXPECT_THAT(report_of("--json", "judge_command.json"),
              AllOf(HasSubstr("\"id\": \"growth.anon\""), HasSubstr("\"anon\": [")));
}

TEST(JudgeCommand, DrawsTheSeriesThatItJudged) {
  const std::string page = report_of("--html", "judge_command.html");
  EXPECT_THAT(page, AllOf(HasSubstr("<b>anon</b>"), HasSubstr("<b>fds</b>"),
                          HasSubstr("class=\"fitted\""), HasSubstr("class=\"floors\" d=\"M")));
}

TEST(JudgeCommand, NamesTheMistake) {
  EXPECT_THAT(complaint({}), HasSubstr("which series?"));
  EXPECT_THAT(complaint({"--pol", "x", kRecorded + "clean.csv"}),
              HasSubstr("did you mean `--pool`"));
  EXPECT_THAT(complaint({"a.csv", "b.csv"}), HasSubstr("one argument too many: `b.csv`"));
  EXPECT_THAT(complaint({"/no/such.csv"}), HasSubstr("/no/such.csv: the series cannot be read"));
  EXPECT_THAT(complaint({"/"}), HasSubstr("is a folder"));
  EXPECT_THAT(complaint({"/dev/null"}), HasSubstr("must be a file"));
  EXPECT_THAT(complaint({"--tolerate", "anno=1B/op", kRecorded + "clean.csv"}),
              HasSubstr("did you mean `anon`"));
  EXPECT_THAT(complaint({"--alpha", "2", kRecorded + "clean.csv"}), HasSubstr("at most 0.5"));
}

}  // namespace
}  // namespace watertight::cli
