// SPDX-License-Identifier: Apache-2.0
#include "run/catalogue.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::run {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Scenario choosing(std::vector<std::string> only, std::vector<std::string> skip = {}) {
  Scenario scenario;
  scenario.only = std::move(only);
  scenario.skip = std::move(skip);
  return scenario;
}

std::string complaint(const Scenario& scenario) {
  try {
    select_checks(scenario);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "";
}

TEST(Catalogue, ChoosesEverythingByDefault) { EXPECT_EQ(select_checks({}).ids(), all_check_ids()); }

TEST(Catalogue, UnitesOnlyGlobsAndTakesSkippedOnesAway) {
  EXPECT_THAT(select_checks(choosing({"growth.fds", "shutdown.s*s"})).ids(),
              ElementsAre("growth.fds", "shutdown.status", "shutdown.survivors"));
  EXPECT_THAT(select_checks(choosing({"growth.*"}, {"growth.rss"})).ids(),
              Not(Contains("growth.rss")));
  EXPECT_THAT(
      select_checks(choosing({}, {"growth.*", "lock.*", "shutdown.*e*", "shutdown.*_*", "signals.*",
                                  "start.*", "limits.*", "reload.*", "daemon.*"}))
          .ids(),
      ElementsAre("shutdown.broadcast", "shutdown.status", "shutdown.survivors", "shutdown.busy"));
}

TEST(Catalogue, RejectsAGlobThatMatchesNothingAndNamesTheNearest) {
  EXPECT_THAT(complaint(choosing({"growth.fd"})), HasSubstr("growth.fds"));
  EXPECT_THAT(complaint(choosing({}, {"grwoth.*"})), HasSubstr("--skip grwoth.*"));
  Scenario known;
  known.known = {"shutdown.idel"};
  EXPECT_THAT(complaint(known), HasSubstr("shutdown.idle"));
  EXPECT_EQ(complaint(choosing({"no"})),
            "--only no: no check has this id; `watertight explain` lists them");
}

}  // namespace
}  // namespace watertight::run
