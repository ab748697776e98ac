// SPDX-License-Identifier: Apache-2.0
#include "blame/on_demand_leaks.h"

#include "blame/crash_catcher.h"
#include "blame/test_leaks.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace watertight::blame {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A sample as it is, built without a sanitizer.
Leak plain(const std::string& daemon, const std::string& resource = "heap") {
  return {WATERTIGHT_SAMPLE_DAEMONS "/" + daemon, resource};
}

std::string refusal_of(const std::string& program, const std::filesystem::path& runtime) {
  Scenario scenario;
  scenario.command = {program};
  const auto refusal = OnDemandLeaks(runtime).prepare(scenario);
  EXPECT_THAT(scenario.environment, IsEmpty());
  return refusal.value_or("");
}

class OnDemandLeaksTest : public testing::Test {
 protected:
  void SetUp() override {
    if (find_sanitizer_runtime().empty()) GTEST_SKIP() << "there is no libasan";
  }
  Answer ask(const Leak& leak) {
    OnDemandLeaks leaks;
    return answer_of(leaks, leak);
  }
  /// A program of the tests that is worked with SIGHUP.
  launch::Daemon launch_under(OnDemandLeaks& leaks, const std::string& program) {
    Leak leak{WATERTIGHT_BLAME_TESTDATA "/" + program, "heap"};
    leak.stress = "HUP";
    Scenario scenario = scenario_of(leak);
    EXPECT_FALSE(leaks.prepare(scenario));
    return std::get<launch::Daemon>(launch::launch(scenario));
  }
};

TEST_F(OnDemandLeaksTest, NamesWhoLosesMemoryInAPlainProgram) {
  Leak leak = plain("heap_malloc_without_free");
  leak.function = "copy_line";
  leak.source = "heap_malloc_without_free.c";
  leak.call = "malloc(bytes)";
  expect_culprit_first(ask(leak), leak);
}

TEST_F(OnDemandLeaksTest, SaysWhatItCannotSee) {
  const Answer reachable = ask(plain("heap_growing_list"));
  EXPECT_THAT(reachable.blame, IsEmpty());
  EXPECT_THAT(reachable.remarks, Contains(HasSubstr("still referred to")));
}

TEST_F(OnDemandLeaksTest, TellsWhatIsLostAtTheStartApart) {
  Leak leak{WATERTIGHT_BLAME_TESTDATA "/loses_memory", "heap"};
  leak.stress = "HUP";
  const Answer answer = ask(leak);
  const auto& blame = answer.blame.at("heap");
  ASSERT_EQ(blame.size(), 1u);
  EXPECT_EQ(blame[0].frames.at(0).function, "lose_at_work");
  // All hundred but for the last, to which a register may refer still.
  EXPECT_THAT(answer.remarks, Contains(AllOf(StartsWith("lost at the start, and not since: "),
                                             EndsWith(" blocks at lose_at_start"))));
}

TEST_F(OnDemandLeaksTest, AsksTheWorkersOfAMasterThatWritesOverItsEnvironment) {
  Leak leak{WATERTIGHT_BLAME_TESTDATA "/loses_memory_in_worker", "heap"};
  leak.stress = "HUP";
  const Answer answer = ask(leak);
  ASSERT_TRUE(answer.blame.contains("heap"));
  EXPECT_EQ(answer.blame.at("heap")[0].frames.at(0).function, "lose_at_work");
}

TEST_F(OnDemandLeaksTest, SaysWhoseLossesItDoesNotKnow) {
  OnDemandLeaks leaks;
  launch::Daemon daemon = launch_under(leaks, "loses_memory_in_worker");
  std::vector<pid_t> workers;
  const posix::Deadline deadline(std::chrono::seconds(10));
  while (workers.empty() && !deadline.has_passed()) {
    workers = daemon.processes();
    std::erase(workers, daemon.main().pid());
  }
  ASSERT_EQ(workers.size(), 1u);
  const Suppressions none;
  const CrashCatcher another_tracer(workers);
  const Answer answer =
      leaks.explain({daemon, [](std::uint64_t operations) { return operations; }, {"heap"}, none});
  EXPECT_THAT(answer.remarks,
              Contains(AllOf(StartsWith(fmt::format("what process {} lost is not in this answer: ",
                                                    workers.front())),
                             HasSubstr("it cannot look: ptrace(2)"))));
}

/// LeakSanitizer would end the daemon with 23, as if it had found leaks.
TEST_F(OnDemandLeaksTest, LeavesADaemonInPeaceThatItMayNotTrace) {
  OnDemandLeaks leaks;
  launch::Daemon daemon = launch_under(leaks, "loses_memory");
  const Suppressions none;
  const CrashCatcher another_tracer({daemon.main().pid()});
  try {
    leaks.explain({daemon, [](std::uint64_t operations) { return operations; }, {"heap"}, none});
    FAIL() << "it was looked at";
  } catch (const HarnessError& error) {
    EXPECT_THAT(error.what(), HasSubstr("it cannot look: ptrace(2) is not permitted"));
  }
  EXPECT_TRUE(daemon.is_alive());
}

TEST(OnDemandLeaks, RefusesWhereItCannotBePreloaded) {
  const std::string plain_program = WATERTIGHT_SAMPLE_DAEMONS "/accept_close";
  EXPECT_THAT(refusal_of(plain_program, ""), HasSubstr("no runtime of AddressSanitizer"));
  EXPECT_THAT(refusal_of(WATERTIGHT_BLAME_TESTDATA "/linked_statically", "/lib/libasan.so"),
              HasSubstr("linked statically"));
  EXPECT_THAT(refusal_of(WATERTIGHT_BLAME_TESTDATA "/names_jemalloc", "/lib/libasan.so"),
              HasSubstr("libjemalloc"));
  const std::filesystem::path setuid = testing::TempDir() + "setuid." + std::to_string(::getpid());
  std::filesystem::copy_file(plain_program, setuid);
  std::filesystem::permissions(setuid, std::filesystem::perms::set_uid,
                               std::filesystem::perm_options::add);
  EXPECT_THAT(refusal_of(setuid, "/lib/libasan.so"), HasSubstr("setuid"));
  std::filesystem::remove(setuid);
}

}  // namespace
}  // namespace watertight::blame
