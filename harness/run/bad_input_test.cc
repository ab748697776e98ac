// SPDX-License-Identifier: Apache-2.0
// What goes wrong is told, with the remedy, and nothing is left behind.

#include <watertight/check.h>
#include <watertight/error.h>

#include "posix/clock.h"
#include "posix/file.h"
#include "posix/process.h"
#include "proc/sockets.h"
#include "run/test_scenarios.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>

namespace watertight {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const CheckResult& find(const Report& report, std::string_view id) {
  for (const CheckResult& check : report.checks)
    if (check.id == id) return check;
  throw std::out_of_range(std::string(id));
}

bool listens_at(int port) {
  return std::ranges::any_of(proc::listeners(), [port](const proc::SocketFact& listener) {
    return listener.family == proc::SocketFact::Family::kTcp && listener.port == port;
  });
}

Scenario growth_of(const std::string& daemon, std::vector<std::string> arguments = {}) {
  Scenario scenario = sample_scenario(daemon, std::move(arguments));
  scenario.stress = {sample_stress("tcp:127.0.0.1:{port}")};
  scenario.only = {"growth.fds"};
  return scenario;
}

TEST(BadDaemon, MissingProgramIsNamed) {
  Scenario scenario = growth_of("no_such_daemon");
  const Report report = check(scenario);
  EXPECT_EQ(report.exit_code(), 3);
  EXPECT_THAT(report.error, HasSubstr("no_such_daemon"));
  EXPECT_EQ(find(report, "growth.fds").verdict, Verdict::kInconclusive);
}

TEST(BadDaemon, NonExecutableProgramIsNamed) {
  Scenario scenario = growth_of("accept_close");
  scenario.command = {WATERTIGHT_FIXTURES "/real_daemons/nginx.toml"};
  const Report report = check(scenario);
  EXPECT_EQ(report.exit_code(), 3);
  EXPECT_THAT(report.error, HasSubstr("nginx.toml"));
}

TEST(BadDaemon, ThatDiesAtOnceShowsItsStatusAndLastLines) {
  const Report report = check(growth_of("dies_at_once"));
  EXPECT_EQ(report.exit_code(), 3);
  EXPECT_THAT(report.error, HasSubstr("exited with 3"));
  EXPECT_FALSE(report.log_tail.empty());
}

TEST(BadDaemon, ThatNeverGetsReadyIsTold) {
  Scenario scenario = growth_of("never_ready");
  scenario.ready.timeout = 1s;
  const Report report = check(scenario);
  EXPECT_EQ(report.exit_code(), 3);
  EXPECT_THAT(report.error, HasSubstr("ready"));
}

TEST(BadDaemon, ThatDiesUnderLoadIsTold) {
  const Report report = check(growth_of("crashes_after", {"500"}));
  EXPECT_EQ(report.exit_code(), 3) << describe(report);
  EXPECT_THAT(report.error, HasSubstr("SIGABRT"));
}

TEST(BadDaemon, ThatClosesItsSocketsNeverPasses) {
  const Report report = check(growth_of("closes_its_sockets", {"50"}));
  EXPECT_NE(find(report, "growth.fds").verdict, Verdict::kPass) << describe(report);
  EXPECT_GT(report.failed_operations, 0u);
  EXPECT_NE(report.exit_code(), 0) << describe(report);
}

TEST(BadDaemon, ThatFloodsItsOutputIsJudgedAllTheSame) {
  Scenario scenario = growth_of("floods_output");
  scenario.budget.operations = 16'384;
  const Report report = check(scenario);
  EXPECT_EQ(find(report, "growth.fds").verdict, Verdict::kPass) << describe(report);
}

TEST(BadDaemon, ThatForksAwayIsToldAndCleared) {
  const Report report = check(growth_of("forks_away"));
  EXPECT_EQ(report.exit_code(), 3) << describe(report);
}

TEST(BadDaemon, ThatIgnoresSigtermFailsItsShutdown) {
  Scenario scenario = growth_of("ignores_sigterm");
  scenario.only = {"shutdown.idle"};
  scenario.window = {"", 300ms};
  const Report report = check(scenario);
  const CheckResult& result = find(report, "shutdown.idle");
  EXPECT_EQ(result.verdict, Verdict::kFail);
  EXPECT_THAT(result.summary, HasSubstr("SIGKILL"));
  EXPECT_EQ(report.exit_code(), 1);
}

TEST(BadStress, NobodyListensThereIsNoPass) {
  Scenario scenario = growth_of("accept_close");
  scenario.ready.kind = Ready::Kind::kAfter;
  scenario.ready.delay = 50ms;
  scenario.stress = {sample_stress("tcp:127.0.0.1:{port2}")};
  const Report report = check(scenario);
  EXPECT_EQ(find(report, "growth.fds").verdict, Verdict::kInconclusive) << describe(report);
  EXPECT_EQ(report.failed_operations, report.operations);
  EXPECT_EQ(report.exit_code(), 4);
}

TEST(BadScenario, OccupiedPortIsToldWithItsHolder) {
  // The first free port of a range in which nobody else looks for one.
  std::optional<posix::ChildProcess> holder;
  int port = 18'000;
  for (; port < 18'100 && !holder; ++port) {
    auto child = posix::ChildProcess::spawn({.program = WATERTIGHT_SAMPLE_DAEMONS "/accept_close",
                                             .arguments = {"accept_close", std::to_string(port)},
                                             .environment = {},
                                             .descriptors = {}});
    const posix::Deadline deadline(20s);
    while (!child.poll_exit() && !deadline.has_passed() && !listens_at(port)) posix::pause_for(1ms);
    if (!child.poll_exit()) holder.emplace(std::move(child));
  }
  ASSERT_TRUE(holder);
  const std::string taken = std::to_string(port - 1);
  Scenario scenario = growth_of("accept_close");
  scenario.command[1] = taken;
  scenario.stress = {sample_stress("tcp:127.0.0.1:" + taken)};
  const Report report = check(scenario);
  EXPECT_EQ(report.exit_code(), 3);
  EXPECT_THAT(report.error, HasSubstr(taken));
  EXPECT_THAT(report.error, HasSubstr(std::to_string(holder->pid())));
}

TEST(BadScenario, UnknownCheckIsAUsageError) {
  Scenario scenario = growth_of("accept_close");
  scenario.only = {"growth.fd"};
  EXPECT_THROW(check(scenario), ScenarioError);
}

/// Presses Ctrl-C once the stress is under way.
class Impatient : public Observer {
 public:
  void on_progress(const Progress& progress) override { is_working_ |= progress.operations > 0; }
  int interrupted() override { return is_working_ ? SIGINT : 0; }

 private:
  bool is_working_ = false;
};

TEST(Interruption, EndsTheRunWithAPartialReport) {
  Impatient observer;
  Scenario scenario = growth_of("accept_close");
  scenario.only = {};
  const Report report = check(scenario, &observer);
  EXPECT_EQ(report.interrupted_by, SIGINT);
  EXPECT_EQ(report.exit_code(), 128 + SIGINT);
  EXPECT_GT(report.operations, 0u);
  EXPECT_EQ(find(report, "shutdown.idle").verdict, Verdict::kInconclusive);
}

TEST(KnownLeak, DoesNotFailTheRunUntilItIsGone) {
  Scenario leaky = growth_of("fd_open_without_close");
  leaky.known = {"growth.fds"};
  EXPECT_EQ(check(leaky).exit_code(), 0);

  Scenario fixed = growth_of("open_write_close");
  fixed.known = {"growth.fds"};
  const Report report = check(fixed);
  EXPECT_EQ(report.exit_code(), 1);
  EXPECT_THAT(find(report, "growth.fds").summary, HasSubstr("drop --known"));
}

TEST(KnownLeak, LeavesTheOtherChecksTheirTime) {
  Scenario leaky = growth_of("temp_file_left");
  leaky.only = {"growth.files", "growth.fds"};
  leaky.known = {"growth.files"};
  const Report report = check(leaky);
  EXPECT_EQ(find(report, "growth.fds").verdict, Verdict::kPass) << describe(report);
  EXPECT_EQ(report.exit_code(), 0);
}

TEST(KnownLeak, OfABaselineFailsWhereItIsWorse) {
  const std::string file = testing::TempDir() + "known_leak_of_a_baseline.json";
  Scenario leaky = growth_of("fd_open_without_close");
  leaky.baseline = file;
  const auto exit_code_with = [&](const std::string& fds_per_operation) {
    posix::write_file(file,
                      R"({"schema_version": 1, "known": [{"check": "growth.fds", "per_op": )" +
                          fds_per_operation + R"(, "unit": "fd"}]})");
    return check(leaky).exit_code();
  };
  EXPECT_EQ(exit_code_with("1.01"), 0);
  EXPECT_EQ(exit_code_with("0.5"), 1);
  std::filesystem::remove(file);
}

TEST(Tolerance, ExcusesWhatTheUserStated) {
  Scenario scenario = growth_of("fd_open_without_close");
  scenario.descriptor_limit = 16'384;
  scenario.tolerate = {{"fds", 1.5}};
  scenario.budget.operations = 8'192;
  const Report report = check(scenario);
  EXPECT_EQ(find(report, "growth.fds").verdict, Verdict::kPass) << describe(report);
}

}  // namespace
}  // namespace watertight
