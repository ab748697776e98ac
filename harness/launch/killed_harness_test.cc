// SPDX-License-Identifier: Apache-2.0
#include "launch/test_support.h"
#include "posix/file.h"
#include "posix/process.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <iterator>
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

/// Live processes that carry a text in their arguments or environment; the whole family of one
/// launch does, by its TMPDIR, and the guard by its run folder.
std::vector<pid_t> processes_with(const std::string& text) {
  std::vector<pid_t> found;
  for (const fs::path& folder : entries_of("/proc")) {
    const pid_t pid = std::atoi(folder.filename().c_str());
    if (pid <= 0) continue;
    for (const char* name : {"cmdline", "environ"}) {
      try {
        const auto content = posix::read_file(folder / name);
        if (content && content->find(text) != std::string::npos) {
          found.push_back(pid);
          break;
        }
      } catch (const HarnessError&) {
        // Another user's.
      }
    }
  }
  return found;
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

bool is_guard(pid_t pid) {
  const auto stat = proc::read_stat(pid);
  return stat && stat->comm.starts_with("watertight-guar");
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
  const Folder folder;
  kill_a_harness(command, delay, folder.path());
  std::set<pid_t> guards;
  eventually([&] {
    const std::vector<pid_t> processes = processes_with(folder.path());
    std::ranges::copy_if(processes, std::inserter(guards, guards.end()), is_guard);
    return processes.empty() && entries_of(folder.path()).empty();
  });
  EXPECT_THAT(processes_with(folder.path()), IsEmpty());
  EXPECT_THAT(entries_of(folder.path()), IsEmpty());
  EXPECT_THAT(cgroups_of(guards), IsEmpty());
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
