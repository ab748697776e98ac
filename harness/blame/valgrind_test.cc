// SPDX-License-Identifier: Apache-2.0
#include "blame/valgrind.h"

#include "blame/test_leaks.h"
#include "launch/program.h"
#include "posix/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::blame {
namespace {

// What it names and what it cannot is in leak_table_test.cc.

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Answer ask_about_heap(const std::string& daemon, const Suppressions& suppressions = {}) {
  Valgrind valgrind;
  return answer_of(valgrind, {WATERTIGHT_SAMPLE_DAEMONS "/" + daemon, "heap"}, suppressions);
}

class ValgrindTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto found = launch::find_program("valgrind", posix::current_environment());
    if (std::holds_alternative<launch::NoProgram>(found)) GTEST_SKIP() << "needs valgrind";
  }
};

TEST_F(ValgrindTest, BlamesNobodyForAGoodDaemon) {
  const Answer answer = ask_about_heap("accept_close");
  EXPECT_THAT(answer.blame, IsEmpty());
  EXPECT_THAT(answer.remarks, ElementsAre(HasSubstr("no call site grew")));
}

TEST_F(ValgrindTest, DoesNotNameWhatIsSuppressed) {
  Suppressions suppressions;
  suppressions.add("{\n  a known list\n  Memcheck:Leak\n  fun:malloc\n  fun:remember\n}\n", "supp");
  const Answer answer = ask_about_heap("heap_growing_list", suppressions);
  EXPECT_THAT(answer.blame, IsEmpty());
  EXPECT_THAT(answer.remarks, ElementsAre(HasSubstr("suppressed as `a known list`")));
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
