// SPDX-License-Identifier: Apache-2.0
#include "trace/tracer.h"

#include "launch/guard.h"
#include "proc/process.h"
#include "trace/injection.h"

#include <gtest/gtest.h>

#include <csignal>

namespace watertight::trace {
namespace {

using namespace std::chrono_literals;
using Kind = posix::TraceStop::Kind;

constexpr auto kEnough = 5s;

/// Once it sleeps.
Waits waits_of(pid_t pid) {
  for (const posix::Deadline deadline(kEnough); !deadline.has_passed(); posix::pause_for(1ms)) {
    const auto waits = read_waits(pid);
    if (waits && describe(waits->at(pid), {}).find("nanosleep") != std::string::npos) return *waits;
  }
  return {};
}

/// A process of a guard's, as a daemon is: not a child of the tracer.
class TracerTest : public testing::Test {
 protected:
  void SetUp() override {
    launch::Command command;
    command.arguments = {"/bin/sleep", "600"};
    auto spawned = guard_.spawn(command);
    ASSERT_TRUE(std::holds_alternative<posix::ProcessHandle>(spawned));
    sleeper_ = std::get<posix::ProcessHandle>(std::move(spawned));
    before_ = waits_of(pid());
    ASSERT_FALSE(before_.empty());
    auto tried = guard_.spawn(command);
    Tracer tracer;
    if (const auto refusal = tracer.seize(std::get<posix::ProcessHandle>(tried).pid()))
      GTEST_SKIP() << refusal->reason;
  }

  pid_t pid() const { return sleeper_->pid(); }

  launch::Guard guard_ = launch::Guard::start("");
  std::optional<posix::ProcessHandle> sleeper_;
  Waits before_;
  Tracer tracer_;
};

TEST_F(TracerTest, LetsGoOfAProcessThatRunsOn) {
  ASSERT_FALSE(tracer_.seize(pid()));
  ASSERT_TRUE(tracer_.halt(posix::Deadline(kEnough)));
  EXPECT_EQ(proc::read_stat(pid())->state, 't');
  tracer_.let_go();
  char state = 't';
  for (const posix::Deadline deadline(kEnough); state != 'S' && !deadline.has_passed();) {
    state = proc::read_stat(pid())->state;
    posix::pause_for(1ms);
  }
  EXPECT_EQ(state, 'S');
}

TEST_F(TracerTest, ReapsWhoDiesUnderIt) {
  ASSERT_FALSE(tracer_.seize(pid()));
  sleeper_->signal(SIGKILL);
  const auto* ended = tracer_.run(
      Tracer::Follow::kSignals,
      [](const Thread& thread) { return thread.stop.kind == Kind::kEnded; },
      posix::Deadline(kEnough));
  ASSERT_TRUE(ended);
  ASSERT_TRUE(ended->end);
  EXPECT_EQ(ended->end->code, SIGKILL);
  EXPECT_TRUE(guard_.wait_for_exit(pid(), posix::Deadline(kEnough)));
}

TEST_F(TracerTest, HoldsASignalUntilItsThreadGoesOn) {
  ASSERT_FALSE(tracer_.seize(pid()));
  sleeper_->signal(SIGTERM);
  ASSERT_TRUE(tracer_.run(
      Tracer::Follow::kSignals,
      [](const Thread& thread) {
        return thread.stands_at(Kind::kSignal) && thread.stop.signal == SIGTERM;
      },
      posix::Deadline(kEnough)));
  EXPECT_FALSE(sleeper_->has_ended());
  tracer_.let_go();
  const auto status = guard_.wait_for_exit(pid(), posix::Deadline(kEnough));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, SIGTERM);
}

TEST_F(TracerTest, PutsAWaitBackToItsBeginning) {
  const auto injected = inject_before_wait(pid(), SIGCONT);  // Which it ignores.
  ASSERT_TRUE(std::holds_alternative<Injection>(injected));
  const Waits after = waits_of(pid());
  EXPECT_TRUE(are_same_places(after, before_)) << "not the same call as before, begun anew";
}

}  // namespace
}  // namespace watertight::trace
