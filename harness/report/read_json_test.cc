// SPDX-License-Identifier: Apache-2.0
#include "report/read_json.h"

#include "posix/file.h"
#include "report/json.h"
#include "report/sample_reports.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace watertight::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string json_of(const Report& report) {
  std::ostringstream out;
  write_json(report, out);
  return out.str();
}

class ReadJson : public testing::Test {
 protected:
  Report read(std::string_view text) const {
    posix::write_file(path_, text);
    return read_json(path_);
  }

  std::string complaint(std::string_view text) const {
    try {
      read(text);
    } catch (const ScenarioError& error) {
      return error.what();
    }
    return "";
  }

  const std::string path_ =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + ".json";
};

TEST_F(ReadJson, GivesWhatWasWritten) {
  for (const auto& [name, report] : sample_reports()) {
    Report without_series = report;
    without_series.series.clear();
    without_series.warp.reset();
    const std::string text = json_of(without_series);
    EXPECT_TRUE(json_of(read(text)) == text) << name;
  }
}

TEST_F(ReadJson, SkipsWhatItDoesNotKnow) {
  const Report report = read(
      R"({"schema_version": 1, "tool": {"name": "watertight"}, "moon": "full", "checks": []})");
  EXPECT_TRUE(report.checks.empty());
}

struct Mistake {
  const char* text;
  const char* says;
};

TEST_F(ReadJson, SaysWhatIsWrongWithAFile) {
  const Mistake mistakes[] = {
      {"", "parse error"},
      {R"({"schema_version": 1)", "parse error"},
      {"[]", "cannot use at() with array"},
      {R"({"checks": []})", "'tool' not found"},
      {R"({"tool": {"name": "eslint"}, "schema_version": 1, "checks": []})", "another tool"},
      {R"({"tool": {"name": "watertight"}, "schema_version": 2, "checks": []})", "version 2"},
      {R"({"tool": {"name": "watertight"}, "schema_version": 1, "checks": [{"id": 3}]})",
       "must be string"},
      {R"({"tool": {"name": "watertight"}, "schema_version": 1,
           "checks": [{"id": "growth.fds", "verdict": "maybe", "severity": "fail"}]})",
       "`maybe` is no verdict"},
  };
  for (const Mistake& mistake : mistakes)
    EXPECT_THAT(complaint(mistake.text), AllOf(HasSubstr(path_), HasSubstr(mistake.says)))
        << mistake.text;
}

TEST_F(ReadJson, SaysThatAFileIsMissing) {
  try {
    read_json("/nowhere/report.json");
    FAIL() << "was read";
  } catch (const ScenarioError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/report.json: there is no such file"));
  }
}

}  // namespace
}  // namespace watertight::report
