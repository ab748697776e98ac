// SPDX-License-Identifier: Apache-2.0
#include "posix/process.h"

#include "posix/limit.h"

#include "posix/file.h"
#include "posix/open_directory.h"
#include "posix/pipe.h"
#include "posix/syscall_name.h"

#include <watertight/error.h>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace watertight::posix {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

/// Longer than a loaded machine needs; a test waits no longer than for what it waits for.
Deadline soon() { return Deadline(60s); }

ChildProcess::Plan shell(const std::string& script) {
  return {.program = "/bin/sh",
          .arguments = {"sh", "-c", script},
          .environment = {},
          .descriptors = {}};
}

/// Runs a script with stdout to a pipe, gives what it printed.
std::string output_of(ChildProcess::Plan plan) {
  Pipe pipe = open_pipe();
  plan.descriptors[1] = pipe.writing.get();
  auto child = ChildProcess::spawn(plan);
  pipe.writing.reset();
  EXPECT_TRUE(child.wait(soon())->is_success());
  std::string text(4096, '\0');
  text.resize(read_some(pipe.reading, text.data(), text.size()).bytes);
  return text;
}

TEST(ExitStatusText, SaysHowItEnded) {
  EXPECT_EQ((ExitStatus{false, 1, false}).describe(), "exited with 1");
  EXPECT_EQ((ExitStatus{true, SIGKILL, false}).describe(), "killed by SIGKILL");
  EXPECT_EQ((ExitStatus{true, SIGSEGV, true}).describe(), "killed by SIGSEGV (core dumped)");
  EXPECT_EQ((ExitStatus{true, SIGRTMIN + 3, false}).describe(), "killed by SIGRTMIN+3");
}

TEST(ChildProcess, TellsItsExitCode) {
  auto child = ChildProcess::spawn(shell("exit 7"));
  const auto status = child.wait(soon());
  ASSERT_TRUE(status);
  EXPECT_FALSE(status->was_signalled);
  EXPECT_EQ(status->code, 7);
  EXPECT_EQ(child.poll_exit()->code, 7);  // still known after the reaping
}

TEST(ChildProcess, TellsTheSignalThatKilledIt) {
  auto child = ChildProcess::spawn(shell("kill -TERM $$"));
  const auto status = child.wait(soon());
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->was_signalled);
  EXPECT_EQ(status->code, SIGTERM);
}

TEST(ChildProcess, IsStillThereAtTheDeadline) {
  auto child = ChildProcess::spawn(shell("exec sleep 1000"));
  EXPECT_FALSE(child.poll_exit());
  EXPECT_FALSE(child.wait(Deadline(1ms)));
  EXPECT_TRUE(child.handle().signal(SIGKILL));
  EXPECT_TRUE(child.wait(soon())->was_signalled);
}

TEST(ChildProcess, ThatCannotBeExecutedIsAnErrorThatNamesTheProgram) {
  try {
    ChildProcess::spawn(
        {.program = "/no/such/program", .arguments = {"x"}, .environment = {}, .descriptors = {}});
    FAIL() << "did not throw";
  } catch (const HarnessError& error) {
    EXPECT_EQ(error.errno_value(), ENOENT);
    EXPECT_THAT(error.what(), HasSubstr("/no/such/program"));
  }
}

TEST(ChildProcess, IsKilledAndReapedByItsOwner) {
  std::optional<ProcessHandle> handle;
  {
    const auto child = ChildProcess::spawn(shell("exec sleep 1000"));
    handle = ProcessHandle::open(child.pid());
    ASSERT_TRUE(handle);
    EXPECT_FALSE(handle->has_ended());
  }
  EXPECT_TRUE(handle->has_ended());
  EXPECT_FALSE(handle->signal(0));  // reaped, so that there is nobody to signal
}

TEST(ChildProcess, HasOneOwnerAtATime) {
  auto first = ChildProcess::spawn(shell("exec sleep 1000"));
  const auto handle = ProcessHandle::open(first.pid());
  auto second = std::move(first);
  EXPECT_FALSE(handle->has_ended());
  second = ChildProcess::spawn(shell("exit 0"));
  EXPECT_TRUE(handle->has_ended());
  EXPECT_TRUE(second.wait(soon())->is_success());
}

TEST(ChildProcess, GetsExactlyTheEnvironmentOfThePlan) {
  ChildProcess::Plan plan{.program = "/usr/bin/env",
                          .arguments = {"env"},
                          .environment = {{"A", "1=2"}, {"B", ""}},
                          .descriptors = {}};
  EXPECT_EQ(output_of(plan), "A=1=2\nB=\n");
}

TEST(ChildProcess, StartsWithEverySignalAtItsDefaultAndUnblocked) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto old_handler = std::signal(SIGPIPE, SIG_IGN);
  ChildProcess::Plan plan{.program = "/bin/cat",
                          .arguments = {"cat", "/proc/self/status"},
                          .environment = {},
                          .descriptors = {}};
  const std::string status = output_of(plan);
  std::signal(SIGPIPE, old_handler);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_THAT(status, HasSubstr("SigBlk:\t0000000000000000"));
  EXPECT_THAT(status, HasSubstr("SigIgn:\t0000000000000000"));
}

TEST(ChildProcess, HasTheDescriptorsOfThePlanAndNoOther) {
  const UniqueFd not_close_on_exec(fcntl(open_file("/dev/null", O_RDONLY).get(), F_DUPFD, 20));
  const SocketPair input = open_socket_pair();  // cat blocks in reading it
  const UniqueFd null = open_file("/dev/null", O_RDWR);
  const auto child = ChildProcess::spawn(
      {.program = "/bin/cat",
       .arguments = {"cat"},
       .environment = {},
       .descriptors = {
           {0, input.theirs.get()}, {1, null.get()}, {2, null.get()}, {7, null.get()}}});
  // The loader opens libraries before cat runs.
  const auto folder = OpenDirectory::open("/proc/" + std::to_string(child.pid()) + "/fd");
  std::vector<std::string> names;
  const std::vector<std::string> expected{"0", "1", "2", "7"};
  const Deadline deadline = soon();
  while (names != expected && !deadline.has_passed()) {
    names = folder->names();
    std::sort(names.begin(), names.end());
    pause_for(1ms);
  }
  EXPECT_EQ(names, expected);
}

TEST(ChildProcess, TakesDescriptorsWhoseNumbersCross) {
  Pipe a = open_pipe(), b = open_pipe();
  const int first = a.writing.get(), second = b.writing.get(), same = a.reading.get();
  auto plan = shell("echo to second > /proc/self/fd/" + std::to_string(first) +
                    "; echo to first > /proc/self/fd/" + std::to_string(second) +
                    "; test -e /proc/self/fd/" + std::to_string(same));
  plan.descriptors = {{first, second}, {second, first}, {same, same}};
  auto child = ChildProcess::spawn(plan);
  EXPECT_TRUE(child.wait(soon())->is_success());
  std::string text(100, '\0');
  EXPECT_EQ(text.substr(0, read_some(a.reading, text.data(), text.size()).bytes), "to first\n");
  EXPECT_EQ(text.substr(0, read_some(b.reading, text.data(), text.size()).bytes), "to second\n");
}

TEST(ChildProcess, RefusesADescriptorThatIsNotOpen) {
  auto plan = shell("exit 0");
  plan.descriptors = {{0, 1'000'000}};
  EXPECT_THROW(ChildProcess::spawn(plan), HarnessError);
}

TEST(CpuTimeOf, GrowsWithTheWorkOfAProcess) {
  const auto before = cpu_time_of(own_pid());
  ASSERT_TRUE(before);
  const Deadline enough(std::chrono::seconds(20));
  while (*cpu_time_of(own_pid()) < *before + std::chrono::milliseconds(5) && !enough.has_passed()) {
  }
  EXPECT_GE(*cpu_time_of(own_pid()), *before + std::chrono::milliseconds(5));
}

TEST(CpuTimeOf, IsEmptyWhereThereIsNoSuchProcess) { EXPECT_FALSE(cpu_time_of(0x3fffff)); }

TEST(SyscallName, KnowsWhatDaemonsWaitIn) {
  EXPECT_EQ(syscall_name(SYS_accept4), "accept4");
  EXPECT_EQ(syscall_name(9999), "syscall 9999");
}

TEST(ProcessHandle, CountsAZombieAsThere) {
  auto child = ChildProcess::spawn(shell("exit 0"));
  EXPECT_TRUE(child.handle().wait_until_ended(soon()));
  const auto zombie = ProcessHandle::open(child.pid());
  ASSERT_TRUE(zombie);
  EXPECT_TRUE(zombie->has_ended());
  EXPECT_TRUE(zombie->signal(0));
  child.wait(soon());
  EXPECT_FALSE(zombie->signal(0));
}

TEST(ProcessHandle, IsEmptyWhereThereIsNoSuchProcess) {
  EXPECT_FALSE(ProcessHandle::open(0));
  EXPECT_FALSE(ProcessHandle::open(-1));
  EXPECT_FALSE(ProcessHandle::open(1 << 30));  // above the greatest pid_max
}

TEST(ProcessHandle, WaitsNoLongerThanTheDeadline) {
  const auto child = ChildProcess::spawn(shell("exec sleep 1000"));
  EXPECT_FALSE(child.handle().wait_until_ended(Deadline(2ms)));
  EXPECT_FALSE(child.handle().has_ended());
}

TEST(SetLimit, LimitsAnotherProcessAndTellsWhatHeldBefore) {
  auto child = ChildProcess::spawn(shell("exec sleep 1000"));
  const auto before = limit_of(child.pid(), Resource::kDescriptors);
  ASSERT_TRUE(before);
  EXPECT_EQ(set_limit(child.pid(), Resource::kDescriptors, {7, before->hard})->soft, before->soft);
  EXPECT_EQ(limit_of(child.pid(), Resource::kDescriptors)->soft, 7u);
  child.handle().signal(SIGKILL);
  child.wait(soon());
  EXPECT_FALSE(set_limit(child.pid(), Resource::kDescriptors, *before));
}

TEST(CurrentEnvironment, HoldsWhatWasSet) {
  setenv("WATERTIGHT_TEST_VARIABLE", "a=b", 1);
  EXPECT_THAT(current_environment(), ::testing::Contains(Pair("WATERTIGHT_TEST_VARIABLE", "a=b")));
  unsetenv("WATERTIGHT_TEST_VARIABLE");
}

}  // namespace
}  // namespace watertight::posix
