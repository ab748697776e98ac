// SPDX-License-Identifier: Apache-2.0
#include "blame/thread_stacks.h"

#include "posix/clock.h"
#include "posix/process.h"
#include "proc/process.h"
#include "trace/tracer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <thread>

namespace watertight::blame {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Activities = std::vector<proc::ThreadActivity>;

/// All threads of a process wait, and do so for a while.
bool is_at_rest(pid_t pid, std::size_t threads) {
  const auto look = [pid] { return proc::read_thread_activity(pid).value_or(Activities{}); };
  const Activities before = look();
  posix::pause_for(20ms);
  return before.size() == threads && before == look() &&
         std::ranges::all_of(before, [](const auto& one) { return one.state == 'S'; });
}

/// testdata/hangs.c, where it hangs.
class Hanging : public testing::Test {
 protected:
  void SetUp() override {
    const posix::Deadline deadline(20s);
    while (!is_at_rest(daemon_.pid(), 5)) ASSERT_FALSE(deadline.has_passed());
  }

  ThreadStacks stacks() const { return read_thread_stacks(std::array{daemon_.pid()}); }

  posix::ChildProcess daemon_ =
      posix::ChildProcess::spawn({.program = WATERTIGHT_BLAME_TESTDATA "/hangs",
                                  .arguments = {"hangs"},
                                  .environment = posix::current_environment(),
                                  .descriptors = {}});
};

auto is_in(const std::string& function) {
  return Field("frames", &ThreadStack::frames,
               Contains(AllOf(Field("function", &Frame::function, function),
                              Field("file", &Frame::file, EndsWith("hangs.c")),
                              Field("line", &Frame::line, Gt(0)),
                              Field("module", &Frame::module, EndsWith("/hangs")))));
}

TEST_F(Hanging, TellsWhereEachThreadIsAndAlikeOnesOnce) {
  const ThreadStacks seen = stacks();
  EXPECT_THAT(seen.remarks, IsEmpty());
  EXPECT_THAT(seen.stacks,
              ElementsAre(AllOf(is_in("wait_for_worker"), is_in("main")), is_in("wait_for_work"),
                          AllOf(is_in("lock_again"), is_in("lock_twice"))));
  const ThreadStack& main = seen.stacks.at(0);
  EXPECT_EQ(main.pid, daemon_.pid());
  EXPECT_EQ(main.tid, daemon_.pid());
  EXPECT_EQ(main.name, "hangs");
  EXPECT_EQ(main.alike, 0u);
  EXPECT_EQ(seen.stacks.at(1).alike, 2u);
}

TEST_F(Hanging, GoesOnAfterwards) {
  (void)stacks();
  const auto threads = proc::read_thread_activity(daemon_.pid());
  ASSERT_TRUE(threads);
  EXPECT_THAT(*threads, SizeIs(5));
  for (const proc::ThreadActivity& thread : *threads) EXPECT_EQ(thread.state, 'S');
  EXPECT_EQ(stacks().stacks.size(), 3u);
}

TEST_F(Hanging, SaysWhyThereAreNone) {
  trace::Tracer other;
  ASSERT_FALSE(other.seize(daemon_.pid()));
  ThreadStacks seen;
  std::jthread([&] { seen = stacks(); }).join();
  EXPECT_THAT(seen.stacks, IsEmpty());
  EXPECT_THAT(seen.remarks, ElementsAre(HasSubstr("no stacks: ptrace(2) is not permitted")));
}

TEST(ReadThreadStacks, IsEmptyForAProcessThatIsGone) {
  EXPECT_THAT(read_thread_stacks(std::array<pid_t, 1>{0x3fffff}).stacks, IsEmpty());
}

}  // namespace
}  // namespace watertight::blame
