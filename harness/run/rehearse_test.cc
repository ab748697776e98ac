// SPDX-License-Identifier: Apache-2.0
#include "run/rehearse.h"

#include "launch/ports.h"
#include "rehearsals/running.h"
#include "rehearsals/together.h"
#include "run/test_scenarios.h"

#include <watertight/check.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <set>
#include <thread>

namespace watertight {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Two of them take longer than it takes to be told of them.
const std::vector<std::string> kFew = {"signals.eintr", "shutdown.status", "shutdown.during_start",
                                       "signals.crash_ends", "shutdown.idle"};

Scenario quick(Scenario scenario, std::vector<std::string> only = kFew) {
  scenario.only = std::move(only);
  scenario.is_quick = true;
  return scenario;
}

/// Remembers what it is told; a signal interrupts once `when` is met.
class Audience : public Observer {
 public:
  explicit Audience(std::function<bool(const Progress&)> when = {}) : when_(std::move(when)) {}

  void on_progress(const Progress& progress) override {
    if (progress.checks == 0) return;
    phases.insert(progress.phase);
    most_checks = std::max(most_checks, progress.checks);
    has_seen_time_left |= progress.seconds_left > 0;
    is_interrupted_ |= when_ && when_(progress);
  }
  int interrupted() override { return is_interrupted_ ? SIGINT : 0; }

  bool has_seen_company() const {
    return std::ranges::any_of(
        phases, [](const std::string& phase) { return phase.find(", ") != std::string::npos; });
  }

  std::set<std::string> phases;
  std::uint64_t most_checks = 0;
  bool has_seen_time_left = false;

 private:
  std::function<bool(const Progress&)> when_;
  bool is_interrupted_ = false;
};

std::vector<std::string> ids_of(const Report& report) {
  std::vector<std::string> ids;
  for (const CheckResult& check : report.checks) ids.push_back(check.id);
  return ids;
}

TEST(Rehearsals, RunSideBySideAndAreReportedInTheOrderOfTheTable) {
  Audience audience;
  const Report report = check(quick(sample_scenario("accept_close")), &audience);
  EXPECT_EQ(report.exit_code(), 0) << describe(report);
  EXPECT_THAT(ids_of(report),
              testing::ElementsAre("shutdown.idle", "shutdown.during_start", "shutdown.status",
                                   "signals.eintr", "signals.crash_ends"));
  EXPECT_TRUE(audience.has_seen_company()) << testing::PrintToString(audience.phases);
  EXPECT_EQ(audience.most_checks, 5u);
  EXPECT_TRUE(audience.has_seen_time_left);
}

TEST(Rehearsals, RunAloneWhereInstancesWouldShareAPort) {
  const auto ports = launch::Ports::choose(1);
  Audience audience;
  const Report report =
      check(quick(sample_scenario("accept_close", {}, std::to_string(ports.numbers().front()))),
            &audience);
  EXPECT_EQ(report.exit_code(), 0) << describe(report);
  EXPECT_FALSE(audience.has_seen_company()) << testing::PrintToString(audience.phases);
}

TEST(Rehearsals, EndWithAnInterruptionAndSayWhatWasNotRun) {
  Audience audience([](const Progress& progress) {
    return progress.phase.find(", ") != std::string::npos;  // Several are at work.
  });
  const Report report = check(quick(sample_scenario("accept_close")), &audience);
  EXPECT_EQ(report.exit_code(), 128 + SIGINT);
  EXPECT_EQ(report.checks.size(), 5u);
  EXPECT_EQ(report.checks.front().verdict, Verdict::kPass) << describe(report);
  EXPECT_THAT(describe(report), HasSubstr("interrupted"));
}

TEST(Rehearsals, StopAtTheFirstFailureWhereTheyFailFast) {
  Scenario scenario = sample_scenario("ignores_sigterm");
  scenario.fails_fast = true;
  const Report report = check(quick(scenario));
  EXPECT_EQ(report.exit_code(), 1) << describe(report);
  EXPECT_EQ(report.checks.front().verdict, Verdict::kFail);
  EXPECT_THAT(report.checks.back().summary,
              HasSubstr("not run: --fail-fast, and shutdown.idle failed"));
}

TEST(Rehearsals, CallAFunctionThatStressesOnOneThreadOnly) {
  const auto here = std::this_thread::get_id();
  bool is_called = false, is_called_elsewhere = false;
  Scenario scenario = sample_scenario("accept_close");
  Stress function;
  function.kind = Stress::Kind::kCallable;
  function.callable = [&](const Instance&) {
    is_called = true;
    is_called_elsewhere |= std::this_thread::get_id() != here;
    return true;
  };
  scenario.stress = {function};
  Audience audience;
  const Report report = check(quick(scenario), &audience);
  EXPECT_EQ(report.exit_code(), 0) << describe(report);
  EXPECT_FALSE(audience.has_seen_company());
  EXPECT_TRUE(is_called);
  EXPECT_FALSE(is_called_elsewhere);
}

TEST(Neighbours, LiveTogetherOnPortsAndFoldersOfTheirOwn) {
  Scenario scenario = sample_scenario("lock_reference", {"{port}"}, "{state}/d.pid");
  scenario.pid_file = "{state}/d.pid";
  const auto neighbours = rehearsals::try_neighbours(scenario, {});
  EXPECT_THAT(neighbours.quarrel, IsEmpty());
  EXPECT_GT(neighbours.ready_after.count(), 0);
}

TEST(Neighbours, QuarrelAboutAFileThatTheScenarioDoesNotName) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("watertight-neighbours." + std::to_string(::getpid()));
  const Scenario scenario = sample_scenario("lock_reference", {"{port}"}, path);
  EXPECT_THAT(rehearsals::try_neighbours(scenario, {}).quarrel, Not(IsEmpty()));
  std::filesystem::remove(path);
}

TEST(Runnings, NameChecksThatThereAre) {
  std::set<std::string_view> ids, named;
  for (const auto& check : rehearsals::all_checks()) ids.insert(check.id);
  for (const auto& running : rehearsals::all_runnings()) {
    EXPECT_TRUE(ids.contains(running.id)) << running.id;
    EXPECT_TRUE(named.insert(running.id).second) << running.id << " is there twice";
  }
}

}  // namespace
}  // namespace watertight
