// SPDX-License-Identifier: Apache-2.0
// Daemons as Debian ships them: each passes its growth checks, and fails with a leak that is
// planted from outside, at the descriptor limit of the machine and at a soft one of 1 024.

#include <watertight/check.h>

#include "run/test_scenarios.h"
#include "scenario/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <set>

namespace watertight {
namespace {

using ::testing::HasSubstr;

Verdict verdict_of(const Report& report, std::string_view id) {
  for (const CheckResult& check : report.checks)
    if (check.id == id) return check.verdict;
  return Verdict::kNotApplicable;
}

std::string summary_of(const Report& report, std::string_view id) {
  for (const CheckResult& check : report.checks)
    if (check.id == id) return check.summary;
  return "";
}

class RealDaemon : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    scenario_ =
        scenario::read_scenario_file(WATERTIGHT_FIXTURES "/real_daemons/" + GetParam() + ".toml");
    scenario_.only = {"growth.*"};
    if (!std::filesystem::exists(scenario_.command.front()))
      GTEST_SKIP() << scenario_.command.front() << " is not installed";
  }

  void TearDown() override { std::filesystem::remove(library_); }

  void plant(const std::string& what) {
    // Where every user can read it, whoever may read the build folder.
    library_ = testing::TempDir() + "planted_leak." + std::to_string(::getpid()) + ".so";
    std::filesystem::copy_file(WATERTIGHT_BUILD "/fixtures/planted_leak.so", library_);
    scenario_.environment["LD_PRELOAD"] = library_;
    scenario_.environment["WATERTIGHT_PLANT"] = what;
    if (accepts_rarely()) scenario_.environment["WATERTIGHT_PLANT_AT"] = "read";
  }

  /// dnsmasq answers datagrams.
  static bool accepts_rarely() { return GetParam() == "dnsmasq"; }

  Scenario scenario_;
  std::string library_;
};

void expect_clean(const Report& report) {
  EXPECT_EQ(report.exit_code(), 0) << describe(report);
  EXPECT_EQ(verdict_of(report, "growth.heap"), Verdict::kPass) << describe(report);
  EXPECT_EQ(verdict_of(report, "growth.fds"), Verdict::kPass) << describe(report);
}

/// All but PostgreSQL, which needs a minute for a pass: it makes the run at the small limit alone.
class LightDaemon : public RealDaemon {};

TEST_P(LightDaemon, PassesAsItIs) { expect_clean(check(scenario_)); }

TEST_P(RealDaemon, PassesAtASmallDescriptorLimit) {
  scenario_.descriptor_limit = 1024;
  expect_clean(check(scenario_));
}

TEST_P(RealDaemon, FailsWithAPlantedDescriptorLeak) {
  plant("fd");
  scenario_.only = {"growth.fds"};
  scenario_.descriptor_limit = 1024;
  const Report report = check(scenario_);
  EXPECT_EQ(verdict_of(report, "growth.fds"), Verdict::kFail) << describe(report);
  EXPECT_EQ(report.exit_code(), 1) << describe(report);
}

TEST_P(RealDaemon, FailsWithAPlantedLeakOf64Bytes) {
  plant("64");
  scenario_.only = {"growth.heap"};
  const Report report = check(scenario_);
  EXPECT_EQ(verdict_of(report, "growth.heap"), Verdict::kFail) << describe(report);
  EXPECT_THAT(summary_of(report, "growth.heap"), HasSubstr("happened (planted_leak.c:"))
      << describe(report);
  EXPECT_EQ(report.exit_code(), 1) << describe(report);
}

std::string name_of(const testing::TestParamInfo<std::string>& daemon) {
  std::string name = daemon.param;
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Debian, RealDaemon,
                         testing::Values("redis-server", "memcached", "nginx", "lighttpd",
                                         "haproxy", "dnsmasq", "postgresql"),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Debian, LightDaemon,
                         testing::Values("redis-server", "memcached", "nginx", "lighttpd",
                                         "haproxy", "dnsmasq"),
                         name_of);

/// Real daemons at the edges of their lives. What they are known to do is asserted: it must be
/// found, and nothing else.
TEST(RehearsedDaemon, CronPassesBothGroupsAndLeavesItsPidFile) {
  Scenario scenario = scenario::read_scenario_file(WATERTIGHT_FIXTURES "/real_daemons/cron.toml");
  if (!std::filesystem::exists("/usr/sbin/cron") || ::geteuid() != 0)
    GTEST_SKIP() << "needs cron, and root for a /run of its own";
  scenario.only = {"lock.*", "shutdown.*"};
  scenario.known = {"lock.disk_full"};  // It does not look whether its pid could be written.
  scenario.is_quick = true;
  const Report report = check(scenario);
  EXPECT_EQ(report.exit_code(), 0) << describe(report);
  EXPECT_EQ(verdict_of(report, "shutdown.idle"), Verdict::kPass) << describe(report);
  EXPECT_EQ(verdict_of(report, "lock.held"), Verdict::kPass) << describe(report);
  EXPECT_EQ(verdict_of(report, "lock.cleanup"), Verdict::kFail) << describe(report);
}

TEST(RehearsedDaemon, NginxStopsWellAndHasOnlyItsPortAgainstASecondInstance) {
  Scenario scenario = scenario::read_scenario_file(WATERTIGHT_FIXTURES "/real_daemons/nginx.toml");
  if (!std::filesystem::exists(scenario.command.front()))
    GTEST_SKIP() << scenario.command.front() << " is not installed";
  scenario.only = {"lock.racers", "shutdown.*"};
  scenario.is_quick = true;
  const Report report = check(scenario);
  // Its workers outlive a master that is killed, and keep the port.
  const std::set<std::string> known = {"lock.racers", "shutdown.main_killed"};
  for (const CheckResult& check : report.checks) {
    // What is only told (shutdown.latency) depends on how busy the machine is.
    if (check.verdict == Verdict::kNotApplicable || check.severity == Severity::kInfo) continue;
    const bool is_known = known.contains(check.id);
    EXPECT_EQ(check.verdict, is_known ? Verdict::kFail : Verdict::kPass) << check.id << "\n"
                                                                         << describe(report);
  }
  EXPECT_EQ(verdict_of(report, "shutdown.busy"), Verdict::kPass) << describe(report);
}

TEST(RehearsedDaemon, PostgresqlWaitsForItsClientsAndSaysSo) {
  Scenario scenario =
      scenario::read_scenario_file(WATERTIGHT_FIXTURES "/real_daemons/postgresql.toml");
  if (!std::filesystem::exists(scenario.command.front()) || ::geteuid() != 0)
    GTEST_SKIP() << "needs PostgreSQL, and root to be another user";
  scenario.only = {"shutdown.idle", "shutdown.held_client"};
  scenario.window = {.profile = "", .length = std::chrono::seconds(2)};
  scenario.is_quick = true;
  const Report report = check(scenario);
  EXPECT_EQ(report.exit_code(), 0) << describe(report);
  EXPECT_EQ(verdict_of(report, "shutdown.held_client"), Verdict::kFail) << describe(report);
  EXPECT_THAT(summary_of(report, "shutdown.held_client"), HasSubstr("it drains"));
}

TEST(RehearsedDaemon, RedisKeepsABlockedSigtermAndSpinsWithoutDescriptors) {
  Scenario scenario =
      scenario::read_scenario_file(WATERTIGHT_FIXTURES "/real_daemons/redis-server.toml");
  if (!std::filesystem::exists(scenario.command.front()))
    GTEST_SKIP() << scenario.command.front() << " is not installed";
  scenario.only = {"signals.*",         "start.mask_reset", "start.umask", "limits.emfile",
                   "limits.log_growth", "reload.survives",  "daemon.*"};
  scenario.window = {.profile = "", .length = std::chrono::seconds(1)};
  scenario.is_quick = true;
  const Report report = check(scenario);
  EXPECT_EQ(verdict_of(report, "start.mask_reset"), Verdict::kFail) << describe(report);
  EXPECT_EQ(verdict_of(report, "start.umask"), Verdict::kFail) << describe(report);
  EXPECT_EQ(verdict_of(report, "limits.emfile"), Verdict::kFail) << describe(report);
  EXPECT_EQ(verdict_of(report, "limits.log_growth"), Verdict::kFail) << describe(report);
  for (const char* id : {"signals.eintr", "signals.sigpipe", "signals.crash_ends",
                         "reload.survives", "daemon.responsive"})
    EXPECT_EQ(verdict_of(report, id), Verdict::kPass) << describe(report);
}

TEST(RehearsedDaemon, NginxInTheBackgroundRunsOnWhereItsPidFileMeetsAFullDisk) {
  Scenario scenario = scenario::read_scenario_file(WATERTIGHT_FIXTURES "/real_daemons/nginx.toml");
  if (!std::filesystem::exists(scenario.command.front()) || ::geteuid() != 0)
    GTEST_SKIP() << "needs nginx, and root for a full disk";
  std::string& configuration = scenario.files.back().text;
  const std::size_t at = configuration.find("daemon off;");
  ASSERT_NE(at, std::string::npos);
  configuration.erase(at, std::string("daemon off;").size());
  scenario.only = {"start.*", "signals.*"};
  scenario.is_quick = true;
  const Report report = check(scenario);
  for (const CheckResult& result : report.checks)
    for (const std::string& line : result.evidence)
      if (line.starts_with("not looked at: a full disk")) GTEST_SKIP() << line;
  EXPECT_EQ(verdict_of(report, "start.failure_reported"), Verdict::kFail) << describe(report);
  for (const char* id : {"start.inherited_fds", "start.cwd"})  // It has 7 and 9, and its folder.
    EXPECT_EQ(verdict_of(report, id), Verdict::kFail) << describe(report);
  for (const char* id :
       {"start.session", "start.mask_reset", "start.ready_first", "start.umask", "start.hangup",
        "start.relative_paths", "signals.sigpipe", "signals.sigchld"})
    EXPECT_EQ(verdict_of(report, id), Verdict::kPass) << describe(report);
}

}  // namespace
}  // namespace watertight
