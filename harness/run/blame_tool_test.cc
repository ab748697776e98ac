// SPDX-License-Identifier: Apache-2.0
#include "blame/on_demand_leaks.h"
#include "launch/program.h"
#include "posix/file.h"
#include "posix/process.h"
#include "run/test_scenarios.h"

#include <watertight/check.h>
#include <watertight/error.h>

#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace watertight {
namespace {

using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;

/// Of a daemon that opens its log at each request.
Scenario leaking_scenario() {
  Scenario scenario = sample_scenario("fd_open_without_close");
  scenario.stress = {sample_stress("tcp:127.0.0.1:{port}")};
  scenario.only = {"growth.fds"};
  return scenario;
}

const CheckResult& descriptors(const Report& report) {
  const auto found = std::ranges::find(report.checks, "growth.fds", &CheckResult::id);
  if (found == report.checks.end()) throw std::runtime_error(describe(report));
  return *found;
}

/// Empty where there is none.
std::filesystem::path find_valgrind() {
  const auto found = launch::find_program("valgrind", posix::current_environment());
  const auto* path = std::get_if<std::filesystem::path>(&found);
  return path ? *path : std::filesystem::path();
}

/// Users run the tests of their daemons under it, and this program has in it what theirs have. What
/// long double tables did before main() shows where the judge is not built with -O3: in dev.
TEST(ATestProgram, StartsUnderValgrind) {
  posix::ChildProcess::Plan plan;
  plan.program = find_valgrind();
  if (plan.program.empty()) GTEST_SKIP() << "needs valgrind";
  plan.arguments = {plan.program, "--quiet", "--error-exitcode=99",
                    std::filesystem::read_symlink("/proc/self/exe"), "--gtest_list_tests"};
  plan.environment = posix::current_environment();
  const auto status =
      posix::ChildProcess::spawn(plan).wait(posix::Deadline(std::chrono::minutes(1)));
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->is_success()) << status->describe();
}

TEST(Blame, NamesTheCallSiteInAReport) {
  if (find_valgrind().empty()) GTEST_SKIP() << "needs valgrind";
  Scenario scenario = leaking_scenario();
  scenario.blame = BlameMode::kValgrind;
  const Report report = check(scenario);
  const CheckResult& fds = descriptors(report);
  ASSERT_EQ(fds.verdict, Verdict::kFail) << describe(report);
  ASSERT_FALSE(fds.blame.empty()) << describe(report);
  ASSERT_FALSE(fds.blame[0].frames.empty()) << describe(report);
  EXPECT_EQ(fds.blame[0].frames[0].function, "log_line");
  EXPECT_THAT(fds.blame[0].frames[0].file, EndsWith("fd_open_without_close.c"));
  EXPECT_THAT(fds.summary, HasSubstr("; by log_line (fd_open_without_close.c:16)"));
  EXPECT_THAT(describe(report), HasSubstr("called by answer"));
}

TEST(Blame, AsksLeakSanitizerAboutAProgramThatWasBuiltWithout) {
  if (blame::find_sanitizer_runtime().empty()) GTEST_SKIP() << "there is no libasan";
  Scenario scenario = leaking_scenario();
  scenario.blame = BlameMode::kSanitizer;
  scenario.fails_fast = true;
  const CheckResult fds = descriptors(check(scenario));
  EXPECT_EQ(fds.verdict, Verdict::kFail);
  EXPECT_THAT(fds.evidence, Contains(HasSubstr("LeakSanitizer cannot tell who is to blame for "
                                               "growth.fds: it follows memory")));
}

TEST(Blame, SaysWhereTheWorkItselfFailedUnderTheTool) {
  if (blame::find_sanitizer_runtime().empty()) GTEST_SKIP() << "there is no libasan";
  Scenario scenario = leaking_scenario();
  Stress works_without_tool;
  works_without_tool.kind = Stress::Kind::kCallable;
  works_without_tool.callable = [](const Instance& daemon) {
    const auto environment = posix::read_file(fmt::format("/proc/{}/environ", daemon.pid));
    return environment && environment->find("WATERTIGHT_LEAKS") == std::string::npos;
  };
  scenario.stress.push_back(works_without_tool);
  scenario.blame = BlameMode::kSanitizer;
  scenario.fails_fast = true;
  const CheckResult fds = descriptors(check(scenario));
  EXPECT_EQ(fds.verdict, Verdict::kFail);
  EXPECT_THAT(fds.evidence,
              Contains(ContainsRegex("under LeakSanitizer [0-9]+ of [0-9]+ operations failed")));
}

TEST(Blame, TellsWhatGrewWhereNobodyIsAsked) {
  Scenario scenario = leaking_scenario();
  scenario.blame = BlameMode::kOff;
  const CheckResult fds = descriptors(check(scenario));
  ASSERT_EQ(fds.verdict, Verdict::kFail);
  ASSERT_FALSE(fds.blame.empty());
  EXPECT_THAT(fds.blame[0].what, HasSubstr("data.log, write-only, append"));
  EXPECT_TRUE(fds.blame[0].frames.empty());
  EXPECT_GT(fds.blame[0].share, 0.9);
}

TEST(Blame, SaysWhomToAsk) {
  Scenario scenario = leaking_scenario();
  const std::vector<std::string> daemon = scenario.command;
  scenario.command = {"/usr/bin/env", "-u", "LD_PRELOAD"};  // It shakes the agent off.
  scenario.command.insert(scenario.command.end(), daemon.begin(), daemon.end());
  const CheckResult fds = descriptors(check(scenario));
  EXPECT_THAT(fds.evidence, Contains(HasSubstr("; --blame valgrind asks Valgrind")));
}

TEST(Blame, SaysWhyNobodyIsNamed) {
  Scenario scenario = leaking_scenario();
  scenario.blame = BlameMode::kValgrind;
  scenario.environment["PATH"] = "/no/such/folder";
  const CheckResult fds = descriptors(check(scenario));
  EXPECT_EQ(fds.verdict, Verdict::kFail);
  EXPECT_THAT(fds.evidence, Contains(HasSubstr("Valgrind is not installed")));
}

TEST(Blame, RefusesAWrongSuppressionFileBeforeAnythingStarts) {
  Scenario scenario = leaking_scenario();
  scenario.suppressions = {"/no/such.supp"};
  EXPECT_THROW(check(scenario), ScenarioError);
}

}  // namespace
}  // namespace watertight
