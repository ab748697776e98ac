// SPDX-License-Identifier: Apache-2.0
#include "report/sarif.h"

#include "report/sample_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <sstream>

namespace watertight::report {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json run_of(const Report& report, const std::string& root = "/src") {
  std::ostringstream out;
  write_sarif(report, sample_rules(), root, out);
  const json sarif = json::parse(out.str());
  EXPECT_EQ(sarif["version"], "2.1.0");
  return sarif["runs"][0];
}

TEST(WriteSarif, HasAResultAtTheCulpritsLine) {
  const json result = run_of(leaking_report())["results"].at(0);
  EXPECT_EQ(result["ruleId"], "growth.fds");
  EXPECT_EQ(result["level"], "error");
  EXPECT_THAT(result["message"]["text"].get<std::string>(),
              HasSubstr("leaks 1 fd per operation; the 1 024 descriptor limit"));
  ASSERT_EQ(result["locations"].size(), 1u);
  const json place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "leaks_fd.c");
  EXPECT_EQ(place["region"]["startLine"], 31);
  EXPECT_EQ(place["region"]["endLine"], 31);
}

// By it GitHub knows a finding again.
TEST(WriteSarif, TakesTheFingerprintFromTheBlame) {
  const json prints = run_of(leaking_report())["results"].at(0)["partialFingerprints"];
  EXPECT_EQ(prints["primaryLocationLineHash"], "growth.fds:0123456789abcdef");
}

TEST(WriteSarif, HasAResultForEachCallSite) {
  const json run = run_of(long_report(10));
  ASSERT_EQ(run["results"].size(), 3u);
  EXPECT_EQ(run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "server/names.cc");
}

TEST(WriteSarif, ShowsTheWayFromMainToTheCulprit) {
  const json result = run_of(leaking_report())["results"].at(0);
  const json steps = result["codeFlows"][0]["threadFlows"][0]["locations"];
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0]["location"]["message"]["text"], "main");
  EXPECT_EQ(result["stacks"][0]["frames"][0]["location"]["message"]["text"], "bad_loop");
}

TEST(WriteSarif, HasNoResultWithoutAPlaceInTheSources) {
  const json run = run_of(leaking_report(), "/elsewhere");
  EXPECT_TRUE(run["results"].empty());
  const json first = run["invocations"][0]["toolExecutionNotifications"].at(0);
  EXPECT_EQ(first["level"], "error");
  EXPECT_EQ(first["associatedRule"]["id"], "growth.fds");
}

TEST(WriteSarif, HasTheRulesOfTheChecksThatRan) {
  const json rules = run_of(leaking_report())["tool"]["driver"]["rules"];
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0]["id"], "growth.fds");
  EXPECT_EQ(rules[0]["shortDescription"]["text"], "descriptors do not grow");
  EXPECT_EQ(rules[0]["help"]["text"],
            "At its limit the daemon cannot accept. Close what you open.");
  EXPECT_EQ(rules[0]["defaultConfiguration"]["level"], "error");
}

TEST(WriteSarif, SaysWhatBefellTheRun) {
  const json invocation = run_of(unstartable_report())["invocations"][0];
  EXPECT_EQ(invocation["executionSuccessful"], false);
  EXPECT_EQ(invocation["exitCode"], 3);
  EXPECT_THAT(invocation["toolExecutionNotifications"].back()["message"]["text"].get<std::string>(),
              HasSubstr("before it was ready"));
  EXPECT_EQ(run_of(clean_report())["invocations"][0]["executionSuccessful"], true);
}

TEST(WriteSarif, HoldsUnderAnything) {
  Report report = hostile_report();
  report.checks[0].blame = {
      {.share = 1, .what = "", .frames = {{"f\x1B[2J\xFF", "a b/\"<\u202E>.c", 3}}}};
  const json run = run_of(report);
  EXPECT_EQ(run["results"].at(0)["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "a%20b/%22%3C%3E.c");
}

}  // namespace
}  // namespace watertight::report
