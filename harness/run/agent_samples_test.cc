// SPDX-License-Identifier: Apache-2.0
// The agent end to end: what leaks is found and its call site named, in one run; and where the
// agent cannot count, the report says why.

#include "run/test_scenarios.h"

#include <watertight/check.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>

namespace watertight {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;

const std::string kOwn = WATERTIGHT_RUN_TESTDATA "/";
const std::string kSamples = WATERTIGHT_SAMPLE_DAEMONS "/";

/// A daemon, what grows in it, and the line of its source that is to blame.
struct Leak {
  std::string program;
  std::string resource;
  std::string function;
  std::string source;
  std::string call;

  std::string daemon() const { return program.substr(program.rfind('/') + 1); }
};

void PrintTo(const Leak& leak, std::ostream* out) { *out << leak.daemon() << ' ' << leak.resource; }

int line_of(const Leak& leak) {
  std::ifstream file(leak.source);
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.find(leak.call) != std::string::npos) return number;
  }
  ADD_FAILURE() << leak.source << " has no line with " << leak.call;
  return 0;
}

Scenario scenario_of(const Leak& leak) {
  Scenario scenario;
  scenario.command = {leak.program, "{port}"};
  scenario.stress = {sample_stress("tcp:127.0.0.1:{port}")};
  scenario.only = {"growth." + leak.resource};
  scenario.budget = {8192, 60s};
  scenario.window = {"", 1s};
  return scenario;
}

const CheckResult& result_of(const Report& report, const std::string& id) {
  const auto found = std::ranges::find(report.checks, id, &CheckResult::id);
  if (found == report.checks.end()) throw std::runtime_error(describe(report));
  return *found;
}

class AgentNames : public testing::TestWithParam<Leak> {};

TEST_P(AgentNames, TheCulpritFirst) {
  const Leak& leak = GetParam();
  const Report report = check(scenario_of(leak));
  const CheckResult& grown = result_of(report, "growth." + leak.resource);
  ASSERT_EQ(grown.verdict, Verdict::kFail) << describe(report);
  ASSERT_FALSE(grown.blame.empty()) << describe(report);
  const Blame& first = grown.blame.front();
  EXPECT_GT(first.share, 0.9) << describe(report);
  EXPECT_GE(first.count, 64u);
  EXPECT_EQ(first.fingerprint.size(), 16u);
  ASSERT_FALSE(first.frames.empty()) << describe(report);
  EXPECT_EQ(first.frames[0].function, leak.function) << describe(report);
  EXPECT_THAT(first.frames[0].file, EndsWith(leak.source.substr(leak.source.rfind('/') + 1)));
  EXPECT_EQ(first.frames[0].line, line_of(leak)) << describe(report);
}

Leak sample(const std::string& daemon, std::string resource, std::string function, std::string call,
            const std::string& source = "") {
  return {kSamples + daemon, std::move(resource), std::move(function),
          WATERTIGHT_SAMPLE_SOURCES "/" + (source.empty() ? daemon + ".c" : source),
          std::move(call)};
}

// Two of the leaks of harness/blame/leak_table_test.cc, through a whole run.
INSTANTIATE_TEST_SUITE_P(
    Samples, AgentNames,
    testing::Values(sample("heap_new_without_delete", "heap", "store::Shelf::keep", "new Entry",
                           "heap_new_without_delete.cc"),
                    sample("fd_accept_without_close", "close_wait", "welcome", "accept4(",
                           "line_server.c")),
    [](const auto& leak) { return leak.param.daemon() + "_" + leak.param.resource; });

Scenario steady_scenario() {
  Scenario scenario = sample_scenario("accept_close");
  scenario.stress = {sample_stress("tcp:127.0.0.1:{port}")};
  scenario.only = {"growth.heap", "growth.fds"};
  scenario.budget = {4096, 60s};
  return scenario;
}

TEST(AgentInARun, PassesADaemonThatFreesWhatItAllocates) {
  const Report report = check(steady_scenario());
  EXPECT_EQ(result_of(report, "growth.heap").verdict, Verdict::kPass) << describe(report);
  EXPECT_GT(report.series.at("heap").size(), 10u);
}

TEST(AgentInARun, StaysOutWhereItIsNotWanted) {
  Scenario scenario = steady_scenario();
  scenario.blame = BlameMode::kOff;
  const Report report = check(scenario);
  EXPECT_EQ(result_of(report, "growth.heap").verdict, Verdict::kNotApplicable);
  EXPECT_THAT(result_of(report, "growth.heap").summary, HasSubstr("--blame off"));
  EXPECT_EQ(result_of(report, "growth.fds").verdict, Verdict::kPass) << describe(report);
  EXPECT_FALSE(report.series.contains("heap"));
}

/// A daemon that is started by the shell with a condition.
Scenario started_by(const std::string& script) {
  Scenario scenario = steady_scenario();
  const std::vector<std::string> daemon = scenario.command;
  scenario.command = {"/bin/sh", "-c", script, "sh"};
  scenario.command.insert(scenario.command.end(), daemon.begin(), daemon.end());
  return scenario;
}

TEST(AgentInARun, RunsTheDaemonAgainWithoutWhereItDoesNotStartWith) {
  const Report report = check(started_by(R"(test -z "$LD_PRELOAD" || exit 3; exec "$@")"));
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(result_of(report, "growth.fds").verdict, Verdict::kPass) << describe(report);
  const CheckResult& heap = result_of(report, "growth.heap");
  EXPECT_EQ(heap.verdict, Verdict::kNotApplicable) << describe(report);
  EXPECT_THAT(heap.summary, HasSubstr("under the agent"));
}

TEST(AgentInARun, DoubtsAPassWhereAProcessIsNotCounted) {
  // The daemon is counted, and a helper that stays is not.
  const Report report = check(started_by(R"(env -u LD_PRELOAD sleep 60 & exec "$@")"));
  const CheckResult& heap = result_of(report, "growth.heap");
  EXPECT_EQ(heap.verdict, Verdict::kInconclusive) << describe(report);
  EXPECT_THAT(heap.summary, HasSubstr("is not counted: its dynamic loader has not taken"));
}

TEST(AgentInARun, ClaimsNothingOfMemoryThatDoesNotComeFromMalloc) {
  Scenario scenario = steady_scenario();
  scenario.command[0] = kOwn + "keeps_in_own_arena";
  scenario.only = {"growth.heap"};
  const CheckResult heap = result_of(check(scenario), "growth.heap");
  EXPECT_EQ(heap.verdict, Verdict::kInconclusive) << heap.summary;
  EXPECT_THAT(heap.summary, HasSubstr("of malloc(3) only: the daemon maps "));
}

TEST(AgentInARun, SaysThatAStaticProgramTakesNoLibrary) {
  Scenario scenario = steady_scenario();
  scenario.command = {kOwn + "ticks_static", "nanosleep"};
  scenario.stress = {{}};
  scenario.budget = {512, 5s};
  scenario.is_strict = true;
  const Report report = check(scenario);
  const CheckResult& heap = result_of(report, "growth.heap");
  EXPECT_EQ(heap.verdict, Verdict::kInconclusive) << describe(report);
  EXPECT_THAT(heap.summary, HasSubstr("linked statically"));
}

}  // namespace
}  // namespace watertight
