// SPDX-License-Identifier: Apache-2.0
#include "blame/valgrind.h"

#include "blame/test_leaks.h"
#include "launch/program.h"
#include "posix/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::blame {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Leak sample(const std::string& daemon, const std::string& resource,
            const std::string& function = "", const std::string& source = "",
            const std::string& call = "", const std::string& stress = "tcp:") {
  return {WATERTIGHT_SAMPLE_DAEMONS "/" + daemon, resource, function, source, call, stress};
}

Leak sending(const std::string& line, Leak leak) {
  leak.line = line;
  return leak;
}

Answer ask(const Leak& leak, const Suppressions& suppressions = {}) {
  Valgrind valgrind;
  return answer_of(valgrind, leak, suppressions);
}

class ValgrindTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto found = launch::find_program("valgrind", posix::current_environment());
    if (std::holds_alternative<launch::NoProgram>(found)) GTEST_SKIP() << "needs valgrind";
  }
};

class ValgrindSample : public ValgrindTest, public testing::WithParamInterface<Leak> {};

TEST_P(ValgrindSample, NamesTheCulpritFirst) {
  const Leak& leak = GetParam();
  const Answer answer = ask(leak);
  expect_culprit_first(answer, leak);
  ASSERT_FALSE(HasFailure());
  const Frame& culprit = answer.blame.at(leak.resource)[0].frames[0];
  EXPECT_EQ(culprit.module, leak.program);
  EXPECT_GT(culprit.offset, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Leaks, ValgrindSample,
    testing::Values(
        sample("heap_malloc_without_free", "heap", "copy_line", "heap_malloc_without_free.c",
               "malloc(bytes)"),
        sample("heap_growing_list", "rss", "remember", "heap_growing_list.c", "malloc("),
        sample("fd_open_without_close", "fds", "log_line", "fd_open_without_close.c", "open("),
        sample("fd_accept_without_close", "fds", "welcome", "line_server.c", "accept4("),
        sending("\x7f\n", sample("fd_on_malformed_request", "fds", "on_line",
                                 "fd_on_malformed_request.c", "open(")),
        sample("leak_on_reload", "fds", "reload", "leak_on_reload.c", "open(", "HUP"),
        sample("leak_on_reload", "heap", "reload", "leak_on_reload.c", "calloc(", "HUP"),
        sample("idle_tick_100_bytes", "heap", "tick", "idle_tick_100_bytes.c", "malloc(100)",
               "idle")),
    [](const auto& leak) { return leak.param.daemon() + "_" + leak.param.resource; });

TEST_F(ValgrindTest, BlamesNobodyForAGoodDaemon) {
  const Answer answer = ask(sample("accept_close", "heap"));
  EXPECT_THAT(answer.blame, IsEmpty());
  EXPECT_THAT(answer.remarks, ElementsAre(HasSubstr("no call site grew")));
}

TEST_F(ValgrindTest, DoesNotNameWhatIsSuppressed) {
  Suppressions suppressions;
  suppressions.add("{\n  a known list\n  Memcheck:Leak\n  fun:malloc\n  fun:remember\n}\n", "supp");
  const Answer answer = ask(sample("heap_growing_list", "heap"), suppressions);
  EXPECT_THAT(answer.blame, IsEmpty());
  EXPECT_THAT(answer.remarks, ElementsAre(HasSubstr("suppressed as `a known list`")));
}

TEST_F(ValgrindTest, SaysWhatMemcheckCannotSee) {
  const Answer answer = ask(sample("child_zombie", "children"));
  EXPECT_THAT(answer.blame, IsEmpty());
  ASSERT_THAT(answer.remarks, testing::SizeIs(1));
  EXPECT_THAT(answer.remarks[0], HasSubstr("cannot tell who is to blame for growth.children"));
}

TEST(Valgrind, LeavesTheScenarioAloneWhereItIsNotInstalled) {
  Scenario scenario;
  scenario.command = {"/bin/true"};
  scenario.environment["PATH"] = "/no/such/folder";
  const auto refusal = Valgrind().prepare(scenario);
  ASSERT_TRUE(refusal);
  EXPECT_THAT(*refusal, HasSubstr("not installed"));
  EXPECT_EQ(scenario.command, std::vector<std::string>{"/bin/true"});
}

TEST(Valgrind, DoesNotNest) {
  Scenario scenario;
  scenario.command = {"/usr/bin/valgrind", "/bin/true"};
  if (std::holds_alternative<launch::NoProgram>(
          launch::find_program("valgrind", posix::current_environment())))
    GTEST_SKIP() << "needs valgrind";
  const auto refusal = Valgrind().prepare(scenario);
  ASSERT_TRUE(refusal);
  EXPECT_THAT(*refusal, HasSubstr("of the scenario's own"));
}

}  // namespace
}  // namespace watertight::blame
