// SPDX-License-Identifier: Apache-2.0
//
// Each check of the group fails the sample daemon that has its flaw, and passes the good twin.
#include "rehearsals/lock/table.h"

#include "rehearsals/lock/life_checks.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace watertight::rehearsals {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Scenario scenario_of(const std::string& sample, const std::vector<std::string>& arguments) {
  Scenario scenario;
  scenario.command = {std::string(WATERTIGHT_SAMPLE_DAEMONS "/") + sample};
  scenario.command.insert(scenario.command.end(), arguments.begin(), arguments.end());
  scenario.pid_file = "{state}/d.pid";
  scenario.is_quick = true;
  return scenario;
}

Scenario serving(const std::string& sample) {
  return scenario_of(sample, {"{state}/d.pid", "{port}"});
}

CheckResult run(std::string_view id, const Scenario& scenario) {
  const auto checks = lock_checks();
  const auto check = std::ranges::find(checks, id, &Check::id);
  if (check == checks.end()) throw std::invalid_argument(std::string(id));
  return check->run(scenario, {});
}

struct Flaw {
  const char* check;
  const char* sample;
  const char* summary;  ///< What the failure says, in part.
};

void PrintTo(const Flaw& flaw, std::ostream* stream) {
  *stream << flaw.check << " " << flaw.sample;
}

class LockFlaw : public ::testing::TestWithParam<Flaw> {};

TEST_P(LockFlaw, FailsItsCheckWithEvidence) {
  const CheckResult result = run(GetParam().check, serving(GetParam().sample));
  EXPECT_EQ(result.verdict, Verdict::kFail) << result.summary;
  EXPECT_THAT(result.summary, HasSubstr(GetParam().summary));
  EXPECT_FALSE(result.evidence.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Samples, LockFlaw,
    ::testing::Values(Flaw{"lock.racers", "no_pid_lock", "4 starts at once, 4 stay"},
                      Flaw{"lock.loser", "lock_loser_exits_zero", "exit status 0"},
                      Flaw{"lock.loser", "lock_loser_waits", "has not given way"},
                      Flaw{"lock.loser_harmless", "lock_truncates_first", "became 0 bytes"},
                      Flaw{"lock.loser_harmless", "lock_loser_unlinks", "removed"},
                      Flaw{"lock.content", "lock_parent_pid", "which has ended"},
                      Flaw{"lock.held", "lock_lost_by_fork", "though the daemon has it open"},
                      Flaw{"lock.not_inherited", "lock_inherited_by_child", "not close-on-exec"},
                      Flaw{"lock.crash_recovery", "lock_excl_file", "does not start again"},
                      Flaw{"lock.pid_reuse", "lock_kill0", "names a stranger"},
                      Flaw{"lock.handover", "lock_unlink_close", "(deleted)"},
                      Flaw{"lock.cleanup", "lock_leaves_pid_file", "still there"},
                      Flaw{"lock.removes_only_own", "lock_unlink_blind", "removed"},
                      Flaw{"lock.unwritable", "lock_silent_unwritable", "runs without it"}),
    [](const auto& flaw) {
      return std::string(flaw.param.check).substr(5) + "_" + flaw.param.sample;
    });

std::vector<std::string> all_ids() {
  std::vector<std::string> ids;
  for (const Check& check : lock_checks()) ids.emplace_back(check.id);
  return ids;
}

class LockCheck : public ::testing::TestWithParam<std::string> {};

TEST_P(LockCheck, PassesTheReference) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"{state}/d.pid", "{port}"}, {"--daemonize", "{state}/d.pid"}}) {
    const CheckResult result = run(GetParam(), scenario_of("lock_reference", arguments));
    const bool is_in_private_folder = GetParam() == "lock.location";
    EXPECT_EQ(result.verdict, is_in_private_folder ? Verdict::kNotApplicable : Verdict::kPass)
        << arguments[0] << ": " << result.summary;
  }
}

INSTANTIATE_TEST_SUITE_P(All, LockCheck, ::testing::ValuesIn(all_ids()),
                         [](const auto& id) { return id.param.substr(5); });

TEST(LockHeld, TellsTheLockByItsInode) {
  EXPECT_THAT(run("lock.held", serving("lock_reference")).summary,
              HasSubstr("holds flock on d.pid"));
}

TEST(LockHeld, DoesNotJudgeADaemonThatKeepsOthersOutWithoutALock) {
  const CheckResult result = run("lock.held", serving("lock_excl_file"));
  EXPECT_EQ(result.verdict, Verdict::kNotApplicable) << result.summary;
}

TEST(LockNotInherited, PassesAChildThatEndsWithItsParent) {
  const CheckResult result = run("lock.not_inherited", serving("lock_with_worker"));
  EXPECT_EQ(result.verdict, Verdict::kPass);
  EXPECT_THAT(result.summary, HasSubstr("of 1 others"));
}

TEST(LockHandover, FindsTheFlawsOfTheTutorial) {
  const CheckResult result = run("lock.handover", scenario_of("lock_tutorial", {"{state}/d.pid"}));
  EXPECT_EQ(result.verdict, Verdict::kFail);
  EXPECT_THAT(result.summary, StartsWith("two instances"));
  EXPECT_THAT(result.evidence, Contains(HasSubstr("holds no lock")));
}

TEST(LockRacers, SayWhyADaemonThatNeverStartsIsNotJudged) {
  const CheckResult result = run("lock.racers", scenario_of("dies_at_once", {"{state}/d.pid"}));
  EXPECT_EQ(result.verdict, Verdict::kInconclusive) << result.summary;
  EXPECT_THAT(result.summary, HasSubstr("did not start"));
}

TEST(LockRacers, StopWhenInterrupted) {
  const auto checks = lock_checks();
  const CheckResult result = checks.front().run(serving("lock_reference"), [] { return 2; });
  EXPECT_EQ(result.verdict, Verdict::kInconclusive);
  EXPECT_THAT(result.summary, HasSubstr("interrupted"));
}

TEST(LockDiskFull, IsNotJudgedWhereAnEmptyFileAloneIsRefused) {
  Scenario scenario;
  scenario.command = {"/bin/sh", "-c", R"([ -e "$0" ] && ! [ -s "$0" ] && exit 1
      echo $$ >"$0" && exec sleep 1000)",
                      "{state}/d.pid"};
  scenario.pid_file = "{state}/d.pid";
  const CheckResult result = lock_disk_full(scenario, {});
  EXPECT_EQ(result.verdict, Verdict::kNotApplicable) << result.summary;
  EXPECT_THAT(result.summary, AnyOf(HasSubstr("an empty d.pid alone"), HasSubstr("takes root")));
}

TEST(LockLocation, JudgesAFolderThatEverybodyMayWriteTo) {
  Scenario scenario = serving("lock_reference");
  scenario.pid_file = "/tmp/d.pid";
  EXPECT_EQ(run("lock.location", scenario).verdict, Verdict::kFail);
  scenario.pid_file = "/etc/d.pid";
  EXPECT_EQ(run("lock.location", scenario).verdict, Verdict::kPass);
}

}  // namespace
}  // namespace watertight::rehearsals
