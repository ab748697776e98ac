// SPDX-License-Identifier: Apache-2.0
#include "posix/file.h"
#include "posix/pipe.h"
#include "proc/files.h"
#include "proc/process.h"
#include "proc/tree.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

namespace watertight::proc {
namespace {

using namespace std::chrono_literals;
using posix::ChildProcess;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Longer than a loaded machine needs; a test waits no longer than for what it waits for.
posix::Deadline soon() { return posix::Deadline(60s); }

ChildProcess start(const std::string& program, std::vector<std::string> arguments,
                   std::map<int, int> descriptors = {}) {
  return ChildProcess::spawn({.program = program,
                              .arguments = std::move(arguments),
                              .environment = {},
                              .descriptors = std::move(descriptors)});
}

ChildProcess shell(const std::string& script) { return start("/bin/sh", {"sh", "-c", script}); }

bool comes_true(const std::function<bool()>& claim) {
  const posix::Deadline deadline = soon();
  while (!claim()) {
    if (deadline.has_passed()) return false;
    posix::pause_for(1ms);
  }
  return true;
}

TEST(Zombie, HoldsNothing) {
  auto child = shell("exit 0");
  ASSERT_TRUE(child.handle().wait_until_ended(soon()));
  const pid_t pid = child.pid();
  EXPECT_TRUE(read_stat(pid)->is_dead());
  EXPECT_EQ(read_status(pid)->resident_bytes, 0U);
  EXPECT_EQ(count_open_files(pid), 0U);
  EXPECT_EQ(count_open_files_by_listing(pid), 0U);
  EXPECT_THAT(*read_open_files(pid), IsEmpty());
  EXPECT_THAT(*read_maps(pid), IsEmpty());
  EXPECT_THAT(take_descriptor_census(pid)->sockets, IsEmpty());
  EXPECT_THAT(*read_thread_activity(pid), SizeIs(1));
  EXPECT_EQ(describe_process(pid), "[sh]");
  EXPECT_THAT(descendants(getpid()), Contains(pid));
  child.wait(soon());
  EXPECT_FALSE(read_stat(pid));
  EXPECT_FALSE(count_open_files(pid));
}

TEST(ProcessWhoseMainThreadEnded, IsLookedAtThroughAnotherThread) {
  const posix::Pipe pipe = posix::open_pipe();
  const auto child =
      start(WATERTIGHT_BUILD "/outlives_its_main_thread", {"victim"},
            {{0, pipe.reading.get()}, {1, pipe.writing.get()}, {2, pipe.writing.get()}});
  const pid_t pid = child.pid();
  ASSERT_TRUE(comes_true([&] { return read_stat(pid)->state == 'Z'; }));
  EXPECT_FALSE(read_stat(pid)->is_dead());
  EXPECT_FALSE(child.handle().has_ended());
  EXPECT_EQ(count_open_files(pid), 3U);
  EXPECT_EQ(count_open_files_by_listing(pid), 3U);
  EXPECT_THAT(*read_open_files(pid), SizeIs(3));
  EXPECT_THAT(*read_maps(pid), Not(IsEmpty()));
  EXPECT_GT(read_status(pid)->resident_bytes, 0U);
  EXPECT_EQ(describe_process(pid), "victim");
}

TEST(Processes, MayEndWhileTheyAreLookedAt) {
  int seen_with_files = 0;
  for (int i = 0; i < 200; ++i) {
    const auto child = shell("exit 0");
    while (!child.handle().has_ended()) {
      const auto files = read_open_files(child.pid());
      ASSERT_TRUE(files);
      EXPECT_TRUE(read_maps(child.pid()) && read_status(child.pid()) &&
                  take_descriptor_census(child.pid()));
      if (!read_maps(child.pid())->empty()) ++seen_with_files;
    }
  }
  EXPECT_GT(seen_with_files, 0);
}

TEST(Descendants, FindGrandchildrenAndChildrenOfOtherSessions) {
  const auto child = shell("sh -c 'sleep 1000 & setsid sleep 1000 & wait' & wait");
  std::vector<pid_t> found;
  const auto runs_sleep = [](pid_t pid) { return describe_process(pid) == "sleep 1000"; };
  ASSERT_TRUE(comes_true([&] {
    found = descendants(child.pid());
    return std::count_if(found.begin(), found.end(), runs_sleep) == 2;
  }));
  EXPECT_THAT(found, SizeIs(3));
  EXPECT_THAT(found, Not(Contains(child.pid())));

  auto scanned = descendants_by_scan(child.pid());
  std::sort(found.begin(), found.end());
  std::sort(scanned.begin(), scanned.end());
  EXPECT_EQ(scanned, found);
  for (const pid_t pid : found) posix::ProcessHandle::open(pid)->signal(SIGKILL);
}

TEST(Descendants, AreNoneWhereThereIsNoProcess) { EXPECT_THAT(descendants(1 << 30), IsEmpty()); }

TEST(OpenProcess, RefusesAPidThatIsUsedAgain) {
  const auto child = start("/bin/sleep", {"sleep", "1000"});
  ProcessId id = read_stat(child.pid())->id();
  ASSERT_TRUE(open_process(id));
  EXPECT_EQ(open_process(id)->pid(), child.pid());
  ++id.start_time;
  EXPECT_FALSE(open_process(id));
  EXPECT_FALSE(open_process({1 << 30, 0}));
}

TEST(ReadThreadActivity, CountsSwitchesOfABusyProcessOnly) {
  const posix::Pipe input = posix::open_pipe();
  const auto busy = shell("while :; do :; done");
  const auto idle = start("/bin/sleep", {"sleep", "1000"});
  const auto switches = [](pid_t pid) { return read_thread_activity(pid)->at(0).switches; };
  ASSERT_TRUE(comes_true([&] { return read_thread_activity(idle.pid())->at(0).state == 'S'; }));
  const auto idle_before = switches(idle.pid());
  const auto busy_before = switches(busy.pid());
  EXPECT_TRUE(comes_true([&] { return switches(busy.pid()) > busy_before; }));
  EXPECT_EQ(switches(idle.pid()), idle_before);
}

}  // namespace
}  // namespace watertight::proc
