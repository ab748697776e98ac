// SPDX-License-Identifier: Apache-2.0
#include "report/json.h"

#include "report/sample_reports.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <sstream>

namespace watertight::report {
namespace {

using nlohmann::json;

std::string written(const Report& report) {
  std::ostringstream out;
  write_json(report, out);
  return out.str();
}

TEST(WriteJson, HasTheShapeOfTheSchema) {
  const json report = json::parse(written(leaking_report()));
  EXPECT_EQ(report["schema_version"], 1);
  EXPECT_EQ(report["tool"]["name"], "watertight");
  EXPECT_EQ(report["verdict"], "fail");
  EXPECT_EQ(report["exit_code"], 1);
  EXPECT_EQ(report["daemon"]["command"], json({"./leaks_fd", "--port", "40123"}));
  EXPECT_EQ(report["daemon"]["pid"], 4711);
  EXPECT_EQ(report["daemon"]["ready_after_s"], 0.03);
  EXPECT_EQ(report["daemon"]["containment"], "subreaper");
  EXPECT_EQ(report["stress"]["operations"], 5120);
  EXPECT_EQ(report["stress"]["failed_operations"], 12);
  EXPECT_EQ(report["stress"]["stopped"], "all verdicts in");
  EXPECT_EQ(report["series"]["fds"], json({12, 1036, 3084, 4108}));
  EXPECT_EQ(report["series"]["maps"], json({40, nullptr, nullptr, 40}));
  EXPECT_TRUE(report["environment"]["kernel"].is_string());
  EXPECT_GE(report["environment"]["cpus"], 1);
}

TEST(WriteJson, TellsAllOfACheck) {
  const json check = json::parse(written(leaking_report()))["checks"][0];
  EXPECT_EQ(check["id"], "growth.fds");
  EXPECT_EQ(check["verdict"], "fail");
  EXPECT_EQ(check["severity"], "fail");
  EXPECT_EQ(
      check["rate"],
      json({{"per_op", 1}, {"low", 0.99}, {"high", 1.01}, {"per_second", 9000}, {"unit", "fd"}}));
  EXPECT_EQ(check["decided_after_s"], 0.4);
  EXPECT_EQ(check["decided_at_operations"], 4096);
  EXPECT_EQ(check["exhausted_in_s"], 0.11);
  EXPECT_TRUE(check["consequence_of"].is_null());
  EXPECT_EQ(check["evidence"].size(), 2u);
  EXPECT_FALSE(check.contains("detection_limit"));
}

TEST(WriteJson, TellsTheTimelineAndHowToRunItAgain) {
  Report report = leaking_report();
  EXPECT_FALSE(json::parse(written(report)).contains("invocation"));
  report.invocation = {"watertight", "check"};
  report.checks[0].timeline = {{0.5, "SIGKILL"}};
  const json written_report = json::parse(written(report));
  EXPECT_EQ(written_report["invocation"], json({"watertight", "check"}));
  EXPECT_EQ(written_report["checks"][0]["timeline"],
            json::array({{{"seconds", 0.5}, {"what", "SIGKILL"}}}));
  EXPECT_FALSE(written_report["checks"][1].contains("timeline"));
}

TEST(WriteJson, LeavesOutWhatIsNotKnown) {
  const json report = json::parse(written(Report{}));
  EXPECT_FALSE(report["daemon"].contains("pid"));
  EXPECT_FALSE(report.contains("error"));
  EXPECT_TRUE(report["checks"].is_array());
  EXPECT_TRUE(report["series"].is_object());
}

TEST(WriteJson, TellsTheWarpThatWasAskedForAndReached) {
  Report report = clean_report();
  EXPECT_FALSE(json::parse(written(report))["daemon"].contains("warp"));
  report.warp = Warp{.asked = 1000, .measured = 851.5};
  EXPECT_EQ(json::parse(written(report))["daemon"]["warp"],
            json({{"asked", 1000}, {"measured", 851.5}}));
  report.warp = Warp{.asked = 1000, .refused = "no timer"};
  EXPECT_EQ(json::parse(written(report))["daemon"]["warp"],
            json({{"asked", 1000}, {"measured", nullptr}, {"refused", "no timer"}}));
}

TEST(WriteJson, HasNoNumberThatIsNotFinite) {
  const json report = json::parse(written(hostile_report()));
  EXPECT_TRUE(report["stress"]["seconds"].is_null());
  EXPECT_TRUE(report["daemon"]["ready_after_s"].is_null());
  EXPECT_TRUE(report["checks"][0]["rate"]["per_op"].is_null());
  EXPECT_TRUE(report["series"].front()[0].is_null());
}

TEST(WriteJson, ReplacesInvalidUtf8AndKeepsTheRest) {
  const json report = json::parse(written(hostile_report()));  // throws on invalid UTF-8
  const auto line = report["daemon"]["log_tail"][0].get<std::string>();
  EXPECT_NE(line.find("\uFFFD"), std::string::npos);
  EXPECT_NE(line.find("overwritten"), std::string::npos);
}

TEST(WriteJson, KeepsAColumnOnOneLine) {
  EXPECT_NE(written(leaking_report()).find("\"fds\": [12, 1036, 3084, 4108]"), std::string::npos);
}

TEST(WriteJson, EndsInANewline) { EXPECT_TRUE(written(clean_report()).ends_with("}\n")); }

}  // namespace
}  // namespace watertight::report
