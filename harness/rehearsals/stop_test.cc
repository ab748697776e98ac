// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/stop.h"

#include "launch/daemon.h"
#include "rehearsals/competitors.h"
#include "rehearsals/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Runs a script of /bin/sh that prints `ready` when it is.
launch::Daemon daemon_of(const std::string& script) {
  Scenario scenario;
  scenario.command = {"/bin/sh", "-c", script};
  scenario.ready.kind = Ready::Kind::kLog;
  scenario.ready.target = "ready";
  scenario.ready.timeout = 20s;
  auto launched = launch::launch(scenario);
  if (auto* failure = std::get_if<launch::LaunchFailure>(&launched))
    throw std::runtime_error(failure->message);
  return std::move(std::get<launch::Daemon>(launched));
}

constexpr auto kAmple = 30s;  // The stop ends as soon as the daemon has.

TEST(StopDaemon, TellsStatusAndTime) {
  launch::Daemon daemon = daemon_of("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done");
  const Stop stop = stop_daemon(daemon, {.window = kAmple}, {});
  EXPECT_TRUE(stop.main_in_window);
  EXPECT_TRUE(stop.all_in_window);
  ASSERT_TRUE(stop.status);
  EXPECT_EQ(stop.status->code, 7);
  EXPECT_GT(stop.until_exit, 0s);
  EXPECT_THAT(stop.survivors, IsEmpty());
  const std::vector<Event> timeline = timeline_of(stop);
  ASSERT_EQ(timeline.size(), 2u);
  EXPECT_EQ(timeline[0].what, "SIGTERM");
  EXPECT_EQ(timeline[1].what, "main process exited with 7");
  EXPECT_GT(timeline[1].seconds, 0);
}

TEST(StopDaemon, DescribesWhatOutlivesTheWindowAndKillsIt) {
  launch::Daemon daemon = daemon_of("trap '' TERM; echo ready; while :; do sleep 1000; done");
  const Stop stop = stop_daemon(daemon, {.window = 100ms}, {});
  EXPECT_FALSE(stop.main_in_window);
  EXPECT_FALSE(stop.all_in_window);
  EXPECT_FALSE(stop.status);
  EXPECT_THAT(stop.survivors, Contains(HasSubstr("/bin/sh")));
  EXPECT_THAT(stop.evidence.lines,
              AllOf(Contains(HasSubstr("s CPU since SIGTERM")), Contains(HasSubstr("ignored TERM")),
                    Contains(HasSubstr("holds ")), Contains("log: ready")));
  EXPECT_EQ(timeline_of(stop).back().what, "SIGKILL to what is left");
  EXPECT_GE(timeline_of(stop).back().seconds, 0.1);
  EXPECT_FALSE(daemon.has_processes());
}

TEST(StopDaemon, TellsWhoOutlivesTheMainProcess) {
  launch::Daemon daemon = daemon_of(
      "(trap '' TERM; while :; do sleep 1000; done) & trap 'exit 0' TERM; echo ready; wait");
  const Stop stop = stop_daemon(daemon, {.window = kAmple}, {});
  EXPECT_TRUE(stop.main_in_window);
  EXPECT_FALSE(stop.all_in_window);
  EXPECT_FALSE(stop.survivors.empty());
  EXPECT_FALSE(daemon.has_processes());
}

TEST(StopDaemon, MarksWhoWasBornAfterTheSignal) {
  launch::Daemon daemon =
      daemon_of("trap 'sleep 1000 & exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  const Stop stop = stop_daemon(daemon, {.window = kAmple}, {});
  EXPECT_THAT(stop.survivors, ElementsAre(AllOf(HasSubstr("sleep"), HasSubstr("born after"))));
}

/// A busy machine may keep us, not the daemon, from the CPU while the window passes.
TEST(StopDaemon, TakesTheGuardsWordWhereItLooksLateItself) {
  launch::Daemon daemon = daemon_of("trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  constexpr auto kWindow = 2s;
  const auto tell_and_oversleep = [&](const launch::Daemon& told) {
    const posix::Deadline end_of_window(kWindow);
    tell_main(told);
    while (!end_of_window.has_passed()) posix::pause_for(end_of_window.left());
  };
  const Stop stop = stop_daemon(daemon, {.window = kWindow, .tell = tell_and_oversleep}, {});
  EXPECT_TRUE(stop.main_in_window);
  EXPECT_TRUE(stop.all_in_window);
  EXPECT_LT(stop.until_exit, kWindow);
}

TEST(StopDaemon, SaysThatTheDaemonEndedTooLate) {
  launch::Daemon daemon = daemon_of("trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  const auto tell_too_late = [&](const launch::Daemon& told) {
    posix::pause_for(20ms);
    tell_main(told);
    told.main().wait_until_ended(posix::Deadline(kAmple));
  };
  const Stop stop = stop_daemon(daemon, {.window = 10ms, .tell = tell_too_late}, {});
  EXPECT_FALSE(stop.main_in_window);
  EXPECT_FALSE(stop.all_in_window);
  EXPECT_THAT(stop.evidence.lines,
              Contains(AllOf(HasSubstr("ended "), HasSubstr(" after SIGTERM"))));
}

/// Its clean-up is some 80 ms of CPU; beside eight others for each CPU that is nine times as much.
constexpr const char* kCleansUp =
    "trap 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; exit 0' TERM; echo ready; "
    "while :; do sleep 0.01; done";

TEST(StopDaemon, GivesBackTheTimeThatOthersTookFromIt) {
  launch::Daemon daemon = daemon_of(kCleansUp);
  const Competitors others(8 * std::thread::hardware_concurrency());
  const Stop stop = stop_daemon(daemon, {.window = 300ms}, {});
  EXPECT_TRUE(stop.main_in_window) << testing::PrintToString(stop.evidence.lines);
}

TEST(StopDaemon, CountsThatTimeWhereCompetitionIsTheQuestion) {
  launch::Daemon daemon = daemon_of(kCleansUp);
  const Competitors others(8 * std::thread::hardware_concurrency());
  const Stop stop = stop_daemon(daemon, {.window = 300ms, .counts_competition = true}, {});
  EXPECT_FALSE(stop.main_in_window);
}

TEST(StopDaemon, EndsWhenItIsInterrupted) {
  launch::Daemon daemon = daemon_of("trap '' TERM; echo ready; while :; do sleep 1000; done");
  const Stop stop = stop_daemon(daemon, {.window = 1000s}, [] { return SIGINT; });
  EXPECT_FALSE(stop.main_in_window);
  EXPECT_FALSE(daemon.has_processes());
}

TEST(DescribeAtDeadline, NamesStateSignalsDescriptorsAndChildren) {
  launch::Daemon daemon = daemon_of("trap : HUP; sleep 1000 & echo ready; wait");
  const auto lines = describe_at_deadline(daemon.main().pid(), 1500ms);
  EXPECT_THAT(lines, ElementsAre(AllOf(HasSubstr("(sh): state S"), HasSubstr("1.50 s CPU")),
                                 AllOf(HasSubstr("caught HUP"), HasSubstr("pending none")),
                                 AllOf(HasSubstr("holds "), Not(HasSubstr("children: none")))));
}

TEST(DescribeAtDeadline, IsEmptyForAProcessThatIsGone) {
  EXPECT_THAT(describe_at_deadline(0x3fffff, 0s), IsEmpty());
}

}  // namespace
}  // namespace watertight::rehearsals
