// SPDX-License-Identifier: Apache-2.0
#include "posix/file.h"
#include "proc/files.h"
#include "stress/exec.h"
#include "stress/pipe.h"
#include "stress/quiescence.h"
#include "stress/signal.h"
#include "stress/stress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <watertight/error.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>

namespace watertight::stress {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;

const std::function<int()> kNever = [] { return 0; };

Scenario scenario_of(std::vector<std::string> command, std::vector<Stress> stress = {}) {
  Scenario scenario;
  scenario.command = std::move(command);
  scenario.stress = std::move(stress);
  scenario.ready.timeout = std::chrono::seconds(20);
  return scenario;
}

/// Does not look for a sign of life.
Scenario ready_at_once(Scenario scenario) {
  scenario.ready.kind = Ready::Kind::kAfter;
  scenario.ready.delay = milliseconds(1);
  return scenario;
}

launch::Daemon launched(const Scenario& scenario) {
  auto result = launch::launch(scenario);
  if (const auto* failure = std::get_if<launch::LaunchFailure>(&result)) {
    throw std::runtime_error(failure->message);
  }
  return std::get<launch::Daemon>(std::move(result));
}

launch::Daemon launched(std::vector<std::string> command, std::vector<Stress> stress = {}) {
  return launched(scenario_of(std::move(command), std::move(stress)));
}

std::string sample(const std::string& name) { return WATERTIGHT_SAMPLE_DAEMONS "/" + name; }

/// A daemon that does nothing, for drivers that only need its workbench.
launch::Daemon sleeper() { return launched(ready_at_once(scenario_of({"/bin/sleep", "1000"}))); }

/// A daemon that never rests.
launch::Daemon busy(const std::string& script) {
  return launched(ready_at_once(scenario_of({"/bin/sh", "-c", script})));
}

CommandPlan command_of(const launch::Daemon& daemon, const std::string& command) {
  return {.command = command, .output = daemon.folder().root() / "stress"};
}

bool falls_quiet(const launch::Daemon& daemon, posix::Clock::duration cap) {
  return wait_until_quiet([&] { return daemon.processes(); }, cap);
}

std::uint64_t descriptors_of(const launch::Daemon& daemon) {
  return proc::count_open_files(daemon.main().pid()).value();
}

Stress stress_of(Stress::Kind kind, std::string target) {
  Stress stress;
  stress.kind = kind;
  stress.target = std::move(target);
  return stress;
}

Stress tcp_line() {
  Stress stress = stress_of(Stress::Kind::kTcp, "127.0.0.1:{port}");
  stress.send = {"hello\n"};
  stress.expect = "^ok\n";
  return stress;
}

TEST(Workload, MakesExactlyTheOperationsThatItCounts) {
  launch::Daemon daemon = launched({sample("fd_accept_without_close"), "{port}"}, {tcp_line()});
  Workload workload(daemon);
  const std::uint64_t before = descriptors_of(daemon);
  const Tally tally = workload.next_round(300, std::nullopt, kNever);
  EXPECT_EQ(tally.attempted, 300u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_TRUE(falls_quiet(daemon, std::chrono::seconds(10)));
  EXPECT_EQ(descriptors_of(daemon) - before, 300u);
}

TEST(Workload, TalksToAUnixSocketThatNeedsItsPlaceholder) {
  Stress stress = tcp_line();
  stress.kind = Stress::Kind::kUnix;
  stress.target = "{state}/socket";
  launch::Daemon daemon = launched({sample("accept_close"), "{state}/socket"}, {stress});
  const Tally tally = Workload(daemon).next_round(200, std::nullopt, kNever);
  EXPECT_EQ(tally.attempted, 200u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
}

TEST(Workload, CyclesItsKindsOfWork) {
  Stress exec = stress_of(Stress::Kind::kExec, "printf x >> {state}/runs");
  exec.operations_per_run = 4;
  std::uint64_t calls = 0;
  Stress callable = stress_of(Stress::Kind::kCallable, "");
  callable.callable = [&](const Instance& instance) {
    ++calls;
    return instance.ports.size() == 1 && instance.pid > 0;
  };
  launch::Daemon daemon =
      launched({sample("leak_on_reload"), "{port}"},
               {tcp_line(), stress_of(Stress::Kind::kSignal, "HUP"), exec, callable});
  Workload workload(daemon);
  EXPECT_EQ(workload.cycle(), 16u);
  const std::uint64_t before = descriptors_of(daemon);
  const Tally tally = workload.next_round(30, std::nullopt, kNever);
  EXPECT_EQ(tally.attempted, 32u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_EQ(calls, 8u);
  EXPECT_EQ(std::filesystem::file_size(daemon.folder().state() / "runs"), 2u);
  EXPECT_TRUE(falls_quiet(daemon, std::chrono::seconds(10)));
  EXPECT_EQ(descriptors_of(daemon) - before, 8u);
}

TEST(Workload, IsIdleWithoutAnyStress) {
  launch::Daemon daemon = sleeper();
  const auto start = posix::Clock::now();
  EXPECT_EQ(Workload(daemon).next_round(10, std::nullopt, kNever).attempted, 10u);
  EXPECT_GE(posix::Clock::now() - start, milliseconds(10));
}

TEST(Workload, EndsEarlyWhenTheDaemonHasDied) {
  launch::Daemon daemon = launched({sample("crashes_after"), "{port}", "100"}, {tcp_line()});
  const Tally tally = Workload(daemon).next_round(10'000'000, std::nullopt, kNever);
  EXPECT_GE(tally.attempted, 100u);
  EXPECT_LT(tally.attempted, 10'000'000u);
  EXPECT_FALSE(daemon.is_alive());
}

TEST(Workload, FailsTheOperationsThatADaemonRefuses) {
  launch::Daemon daemon = launched({sample("closes_its_sockets"), "{port}", "100"}, {tcp_line()});
  Workload workload(daemon);
  EXPECT_EQ(workload.next_round(100, std::nullopt, kNever).failed, 0u);
  EXPECT_TRUE(falls_quiet(daemon, std::chrono::seconds(10)));
  const Tally tally = workload.next_round(50, std::nullopt, kNever);
  EXPECT_EQ(tally.attempted, 50u);
  EXPECT_EQ(tally.failed, 50u);
  EXPECT_THAT(tally.first_failure, HasSubstr("tcp:127.0.0.1:"));
}

TEST(Workload, NamesWhatCannotBe) {
  const auto construct = [](Stress stress) {
    launch::Daemon daemon =
        launched(ready_at_once(scenario_of({"/bin/sleep", "1000"}, {std::move(stress)})));
    Workload workload(daemon);
  };
  EXPECT_THROW(construct(stress_of(Stress::Kind::kTcp, "no such host:1")), ScenarioError);
  EXPECT_THROW(construct(stress_of(Stress::Kind::kUnix, std::string(200, 'x'))), ScenarioError);
  EXPECT_THROW(construct(stress_of(Stress::Kind::kSignal, "HUPP")), ScenarioError);
  Stress bad_regex = stress_of(Stress::Kind::kUnix, "/tmp/socket");
  bad_regex.expect = "(";
  EXPECT_THROW(construct(bad_regex), ScenarioError);
}

TEST(Exec, FailsEveryOperationOfARunThatExitsBadly) {
  launch::Daemon daemon = sleeper();
  Exec exec(daemon.workbench(), command_of(daemon, "echo no route >&2; exit 3"), 5);
  const Tally tally = exec.perform(10, kNever);
  EXPECT_EQ(tally.attempted, 10u);
  EXPECT_EQ(tally.failed, 10u);
  EXPECT_THAT(tally.first_failure, AllOf(HasSubstr("exited with 3"), HasSubstr("no route")));
}

TEST(Exec, EndsARunThatDoesNotEnd) {
  launch::Daemon daemon = sleeper();
  CommandPlan plan = command_of(daemon, "exec sleep 1000");
  plan.timeout = milliseconds(50);
  const Tally tally = Exec(daemon.workbench(), plan, 1).perform(1, kNever);
  EXPECT_EQ(tally.failed, 1u);
  EXPECT_THAT(tally.first_failure, HasSubstr("still running after 0.05 s"));
}

TEST(Exec, EndsEarlyWhenInterrupted) {
  launch::Daemon daemon = sleeper();
  Exec exec(daemon.workbench(), command_of(daemon, "exec sleep 1000"), 1);
  EXPECT_EQ(exec.perform(3, [] { return SIGINT; }).attempted, 0u);
}

TEST(Pipe, CountsWhatTheGeneratorSays) {
  launch::Daemon daemon = sleeper();
  Pipe pipe(daemon.workbench(),
            command_of(daemon, "while read -r n; do echo done $n failed $((n / 10)); done"));
  for (int round = 0; round < 3; ++round) {
    const Tally tally = pipe.perform(100, kNever);
    EXPECT_EQ(tally.attempted, 100u);
    EXPECT_EQ(tally.failed, 10u);
    EXPECT_THAT(tally.first_failure, HasSubstr("10 failed operations of 100"));
  }
}

TEST(Pipe, StaysBrokenOnceOutOfStep) {
  launch::Daemon daemon = sleeper();
  Pipe pipe(daemon.workbench(),
            command_of(daemon, "while read -r n; do echo done 7 failed 0; done"));
  for (int round = 0; round < 2; ++round) {
    const Tally tally = pipe.perform(100, kNever);
    EXPECT_EQ(tally.attempted, 100u);
    EXPECT_EQ(tally.failed, 100u);
    EXPECT_THAT(tally.first_failure, HasSubstr("`done 7 failed 0` where `done 100 failed M`"));
  }
}

TEST(Pipe, TellsHowTheGeneratorEnded) {
  launch::Daemon daemon = sleeper();
  Pipe pipe(daemon.workbench(), command_of(daemon, "read -r n; echo no licence >&2; exit 4"));
  const Tally tally = pipe.perform(100, kNever);
  EXPECT_EQ(tally.failed, 100u);
  EXPECT_THAT(tally.first_failure, AllOf(HasSubstr("exited with 4"), HasSubstr("no licence")));
  EXPECT_EQ(pipe.perform(100, kNever).failed, 100u);  // and no SIGPIPE
}

TEST(Pipe, FailsWhereTheGeneratorSaysNothing) {
  launch::Daemon daemon = sleeper();
  CommandPlan plan = command_of(daemon, "exec sleep 1000");
  plan.timeout = milliseconds(50);
  Pipe pipe(daemon.workbench(), plan);
  const Tally tally = pipe.perform(100, kNever);
  EXPECT_EQ(tally.failed, 100u);
  EXPECT_THAT(tally.first_failure, HasSubstr("no answer within 0.05 s"));
}

TEST(Signal, ArrivesOnceForEachOperation) {
  launch::Daemon daemon = launched({sample("leak_on_reload"), "{port}"});
  const std::uint64_t before = descriptors_of(daemon);
  const Tally tally = Signal(daemon.main(), "HUP").perform(200, kNever);
  EXPECT_EQ(tally.attempted, 200u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_EQ(descriptors_of(daemon) - before, 200u);
}

TEST(Signal, FailsWhereTheDaemonBlocksIt) {
  launch::Daemon daemon = launched({"/usr/bin/env", "--block-signal=USR1", "/bin/sleep", "1000"});
  Signal signal(daemon.main(), "USR1", milliseconds(50));
  const Tally tally = signal.perform(2, kNever);
  EXPECT_EQ(tally.failed, 2u);
  EXPECT_THAT(tally.first_failure, HasSubstr("still pending after 0.05 s"));
}

TEST(Signal, FailsWhereItEndsTheDaemon) {
  launch::Daemon daemon = sleeper();
  const Tally tally = Signal(daemon.main(), "USR1").perform(2, kNever);
  EXPECT_EQ(tally.failed, 2u);
  EXPECT_THAT(tally.first_failure, HasSubstr("the daemon ended"));
}

TEST(Quiescence, HoldsForASleeper) {
  EXPECT_TRUE(falls_quiet(sleeper(), std::chrono::seconds(10)));
}

TEST(Quiescence, HoldsForManyThreadsAndProcesses) {
  for (const char* name : {"worker_pool_joins", "prefork_reaps"}) {
    launch::Daemon daemon = launched({sample(name), "{port}"}, {tcp_line()});
    const Tally tally = Workload(daemon).next_round(100, std::nullopt, kNever);
    EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
    EXPECT_TRUE(falls_quiet(daemon, std::chrono::seconds(10))) << name;
  }
}

TEST(Quiescence, DoesNotHoldForABusyLoop) {
  const launch::Daemon daemon = busy("while :; do :; done");
  EXPECT_FALSE(falls_quiet(daemon, milliseconds(100)));
}

TEST(Quiescence, DoesNotHoldForABusyChild) {
  const launch::Daemon daemon = busy("(while :; do :; done) & wait");
  EXPECT_FALSE(falls_quiet(daemon, milliseconds(100)));
}

TEST(Quiescence, HoldsForAStoppedDaemon) {
  const launch::Daemon daemon = busy("while :; do :; done");
  daemon.main().signal(SIGSTOP);
  EXPECT_TRUE(falls_quiet(daemon, std::chrono::seconds(10)));
}

}  // namespace
}  // namespace watertight::stress
