// SPDX-License-Identifier: Apache-2.0
#include "blame/crash_catcher.h"

#include "launch/guard.h"
#include "posix/clock.h"
#include "posix/limit.h"
#include "proc/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

namespace watertight::blame {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::Gt;
using ::testing::IsEmpty;

constexpr auto kAmple = 20s;

/// testdata/crashes.c, a process of a guard's as a daemon is.
class Crashing {
 public:
  explicit Crashing(const std::string& manner) {
    launch::Command command;
    command.arguments = {WATERTIGHT_BLAME_TESTDATA "/crashes", manner};
    process_ = std::get<posix::ProcessHandle>(guard_.spawn(command));
    // Its worker waits, and so the signal mask is set.
    const posix::Deadline deadline(kAmple);
    const auto threads = [&] { return proc::read_thread_activity(pid())->size(); };
    while (threads() < 2 && !deadline.has_passed()) posix::pause_for(2ms);
    // No core file, whatever the limits of who tests.
    const auto limit = posix::limit_of(pid(), posix::Resource::kCoreSize);
    if (limit) posix::set_limit(pid(), posix::Resource::kCoreSize, {0, limit->hard});
  }

  pid_t pid() const { return process_->pid(); }

  ThreadStacks stacks_of_crash() {
    CrashCatcher catcher({pid()});
    process_->signal(SIGUSR1);
    const posix::Deadline deadline(kAmple);
    while (!catcher.is_over() && !deadline.has_passed()) posix::pause_for(2ms);
    EXPECT_TRUE(catcher.is_over());
    return catcher.result();
  }

  std::optional<posix::ExitStatus> status() {
    return guard_.wait_for_exit(pid(), posix::Deadline(kAmple));
  }

 private:
  launch::Guard guard_ = launch::Guard::start("");
  std::optional<posix::ProcessHandle> process_;
};

auto is_in_worker() {
  const auto is_in = [](const std::string& function) {
    return Contains(AllOf(Field("function", &Frame::function, function),
                          Field("file", &Frame::file, EndsWith("crashes.c")),
                          Field("line", &Frame::line, Gt(0))));
  };
  return Field("frames", &ThreadStack::frames, AllOf(is_in("die_here"), is_in("work")));
}

TEST(CrashCatcher, TellsWhereAThreadCrashed) {
  Crashing daemon("segv");
  const ThreadStacks seen = daemon.stacks_of_crash();
  EXPECT_THAT(seen.stacks, ElementsAre(is_in_worker())) << testing::PrintToString(seen.remarks);
  EXPECT_EQ(seen.stacks.at(0).pid, daemon.pid());
  EXPECT_NE(seen.stacks.at(0).tid, daemon.pid());
  EXPECT_EQ(seen.stacks.at(0).frames.at(0).function, "die_here");
  EXPECT_EQ(daemon.status()->describe(), "killed by SIGSEGV");
}

TEST(CrashCatcher, TellsWhereItAborted) {
  Crashing daemon("abort");
  EXPECT_THAT(daemon.stacks_of_crash().stacks, ElementsAre(is_in_worker()));
  EXPECT_EQ(daemon.status()->describe(), "killed by SIGABRT");
}

TEST(CrashCatcher, LooksThroughTheHandlerOfADaemonThatTakesItDown) {
  Crashing daemon("handled");
  EXPECT_THAT(daemon.stacks_of_crash().stacks, ElementsAre(is_in_worker()));
  EXPECT_EQ(daemon.status()->describe(), "killed by SIGSEGV");
}

TEST(CrashCatcher, TellsNothingOfADaemonThatEndsInPeace) {
  Crashing daemon("exit");
  EXPECT_THAT(daemon.stacks_of_crash().stacks, IsEmpty());
  EXPECT_EQ(daemon.status()->describe(), "exited with 0");
}

TEST(CrashCatcher, LetsADaemonGoThatDoesNotCrash) {
  Crashing daemon("segv");
  EXPECT_THAT(CrashCatcher({daemon.pid()}).result().stacks, IsEmpty());
  const auto state = [&] { return proc::read_stat(daemon.pid())->state; };
  const posix::Deadline deadline(kAmple);
  while (state() != 'S' && !deadline.has_passed()) posix::pause_for(2ms);
  EXPECT_EQ(state(), 'S');
}

}  // namespace
}  // namespace watertight::blame
