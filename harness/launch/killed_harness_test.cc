// SPDX-License-Identifier: Apache-2.0
#include "launch/test_support.h"
#include "posix/file.h"
#include "posix/process.h"
#include "proc/tree.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <set>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

using testing::eventually;
using testing::Folder;
using ::testing::IsEmpty;
using testing::program;

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  return entries;
}

/// The cgroups of guards, where they have any.
std::vector<fs::path> cgroups_of(const std::set<pid_t>& guards) {
  std::vector<fs::path> cgroups;
  for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    for (const pid_t guard : guards) {
      const fs::path cgroup = fs::path(root) / ("watertight." + std::to_string(guard));
      if (fs::exists(cgroup)) cgroups.push_back(cgroup);
    }
  }
  return cgroups;
}

/// Reaps what has ended of the processes that a killed harness left to this one, its subreaper, and
/// notes their pids; true where none is left. (A look through /proc misses what is in the middle of
/// execve(2): it has neither arguments nor environment.)
bool has_reaped_all(std::set<pid_t>& reaped) {
  pid_t pid;
  while ((pid = ::waitpid(-1, nullptr, WNOHANG)) > 0) reaped.insert(pid);
  return pid < 0;
}

/// Launches a daemon in a process of its own and kills that process after `delay`.
void kill_a_harness(const std::vector<std::string>& command, posix::Clock::duration delay,
                    const fs::path& folder) {
  const posix::UniqueFd nothing = posix::open_file("/dev/null", O_RDWR);
  posix::ChildProcess::Plan plan;
  plan.program = program("launch_and_wait");
  plan.arguments = {plan.program};
  plan.arguments.insert(plan.arguments.end(), command.begin(), command.end());
  plan.environment = posix::current_environment();
  plan.environment.insert_or_assign("TMPDIR", folder);
  plan.descriptors = {{0, nothing.get()}, {1, nothing.get()}, {2, nothing.get()}};
  posix::ChildProcess harness = posix::ChildProcess::spawn(plan);
  harness.handle().wait_until_ended(posix::Deadline(delay));
  harness.handle().signal(SIGKILL);
  const auto status = harness.wait(posix::Deadline(std::chrono::seconds(20)));
  ASSERT_TRUE(status);
  // Otherwise it failed by itself, and this proves nothing.
  EXPECT_TRUE(status->was_signalled) << status->describe();
}

void expect_nothing_left(const std::vector<std::string>& command, posix::Clock::duration delay) {
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  const Folder folder;
  kill_a_harness(command, delay, folder.path());
  std::set<pid_t> reaped;
  EXPECT_TRUE(eventually([&] { return has_reaped_all(reaped); }))
      << ::testing::PrintToString(proc::descendants(::getpid()));
  EXPECT_THAT(entries_of(folder.path()), IsEmpty());
  EXPECT_THAT(cgroups_of(reaped), IsEmpty());
}

/// The moments of a launch (guard, folder, setup, exec, ready) lie in the first 200 ms, most of
/// them in the first 30.
void expect_nothing_left_at_any_moment(const std::vector<std::string>& command) {
  std::mt19937 random(std::random_device{}());
  for (int i = 0; i < 10; ++i) {
    std::uniform_int_distribution<int> microseconds(0, i % 2 == 0 ? 30000 : 200000);
    const auto delay = std::chrono::microseconds(microseconds(random));
    SCOPED_TRACE(std::to_string(delay.count()) + " us");
    expect_nothing_left(command, delay);
  }
}

TEST(KilledHarness, LeavesNothingOfADoubleForkedDaemon) {
  expect_nothing_left_at_any_moment({program("double_fork"), "{state}/pid"});
}

TEST(KilledHarness, LeavesNothingOfADaemonThatIgnoresSignals) {
  expect_nothing_left_at_any_moment({program("ignores_sigterm")});
}

TEST(KilledHarness, LeavesNothingOfACrowd) {
  expect_nothing_left_at_any_moment({program("fork_crowd")});
}

TEST(KilledHarness, LeavesNothingOfAChainOfForksAndExits) {
  expect_nothing_left_at_any_moment({"/bin/sh", "-c", program("fork_chain") + "; exec sleep 1000"});
}

TEST(KilledHarness, LeavesNothingOfADaemonThatRuns) {
  expect_nothing_left({program("double_fork")}, std::chrono::seconds(1));
}

}  // namespace
}  // namespace watertight::launch
