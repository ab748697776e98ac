// SPDX-License-Identifier: Apache-2.0
#include "scenario/file.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace watertight::scenario {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Scenario good_scenario() {
  Scenario scenario;
  scenario.command = {"/usr/sbin/daemond", "-f"};
  return scenario;
}

TEST(CompleteAndValidate, NamesTheRunForItsProgram) {
  Scenario scenario = good_scenario();
  complete_and_validate(scenario);
  EXPECT_EQ(scenario.name, "daemond");
  scenario.name = "mine";
  complete_and_validate(scenario);
  EXPECT_EQ(scenario.name, "mine");
}

TEST(CompleteAndValidate, RejectsWhatCannotBeRun) {
  struct Case {
    std::function<void(Scenario&)> spoil;
    std::string complaint;
  };
  const auto stress = [](Scenario& s, Stress::Kind kind) -> Stress& {
    s.stress.emplace_back().kind = kind;
    return s.stress.back();
  };
  using Kind = Stress::Kind;
  const Case cases[] = {
      {[](Scenario& s) { s.command.clear(); }, "no daemon to check"},
      {[](Scenario& s) { s.command = {""}; }, "no daemon to check"},
      {[](Scenario& s) { s.command.emplace_back("a\0b", 3); }, "command holds a NUL byte"},
      {[](Scenario& s) { s.environment.emplace("A=B", "c"); }, "`A=B` is not the name"},
      {[](Scenario& s) { s.environment.emplace("", "c"); }, "`` is not the name"},
      {[](Scenario& s) { s.environment.emplace("A", std::string("\0", 1)); },
       "environment holds a NUL"},
      {[](Scenario& s) {
         s.files = {{"", "text"}};
       },
       "a file needs a path"},
      {[](Scenario& s) { s.descriptor_limit = 3; }, "descriptor limit below"},
      {[](Scenario& s) { s.concurrency = 0; }, "concurrency must be from 1"},
      {[](Scenario& s) { s.concurrency = 5000; }, "concurrency must be from 1 to 1024"},
      {[](Scenario& s) { s.operations_per_second = 0; }, "rate must be above 0"},
      {[](Scenario& s) { s.operations_per_second = std::numeric_limits<double>::infinity(); },
       "rate must be above 0"},
      {[](Scenario& s) { s.budget.time = 0s; }, "time budget must be above 0"},
      {[](Scenario& s) { s.budget.operations = 0; }, "at least 1 operation"},
      {[](Scenario& s) { s.window.length = 0s; }, "window must be above 0"},
      {[](Scenario& s) { s.ready.timeout = -1s; }, "ready timeout must be above 0"},
      {[](Scenario& s) {
         s.tolerate = {{"fdss", 0}};
       },
       "did you mean `fds`?"},
      {[](Scenario& s) {
         s.tolerate = {{"fds", -1}};
       },
       "must be 0 or above"},
      {[](Scenario& s) { s.warp = 1; }, "warp must be from 2 to 1000"},
      {[](Scenario& s) { s.warp = 1001; }, "warp must be from 2 to 1000"},
      {[](Scenario& s) {
         s.warp = 10;
         s.environment["FAKETIME"] = "-1d";
       },
       "the warp sets FAKETIME itself"},
      {[](Scenario& s) { s.command.push_back("{port65}"); }, "at most 64 ports"},
      {[&](Scenario& s) { stress(s, Kind::kExec).send = {"x"}; },
       "`send` is for tcp, unix and udp"},
      {[&](Scenario& s) { stress(s, Kind::kHttp).expect = std::string("x"); },
       "`expect` is for tcp"},
      {[&](Scenario& s) { stress(s, Kind::kUdp).manners = {Manner::kReset}; }, "`manners` are for"},
      {[&](Scenario& s) { stress(s, Kind::kTcp).manners.clear(); }, "`manners` is empty"},
      {[&](Scenario& s) { stress(s, Kind::kTcp).keep_alive = true; }, "`keep_alive` is for http"},
      {[&](Scenario& s) { stress(s, Kind::kTcp).operations_per_run = 2; }, "`ops_per_run` is for"},
      {[&](Scenario& s) { stress(s, Kind::kExec).operations_per_run = 0; }, "at least 1"},
      {[&](Scenario& s) { stress(s, Kind::kTcp).expect = std::string("["); },
       "not a regular expression"},
      {[&](Scenario& s) { stress(s, Kind::kCallable); }, "needs its callable"},
  };
  for (const Case& c : cases) {
    Scenario scenario = good_scenario();
    c.spoil(scenario);
    try {
      complete_and_validate(scenario);
      ADD_FAILURE() << "accepted where it should say: " << c.complaint;
    } catch (const ScenarioError& error) {
      EXPECT_THAT(error.what(), HasSubstr(c.complaint));
    }
  }
}

TEST(CompleteAndValidate, AcceptsWhatEachStressMayHave) {
  Scenario scenario = good_scenario();
  Stress& tcp = scenario.stress.emplace_back();
  tcp.kind = Stress::Kind::kTcp;
  tcp.send = {"x"};
  tcp.expect = "y{2}";
  tcp.manners = {Manner::kHold, Manner::kReset};
  Stress& exec = scenario.stress.emplace_back();
  exec.kind = Stress::Kind::kExec;
  exec.operations_per_run = 7;
  Stress& callable = scenario.stress.emplace_back();
  callable.kind = Stress::Kind::kCallable;
  callable.callable = [](const Instance&) { return true; };
  EXPECT_NO_THROW(complete_and_validate(scenario));
}

}  // namespace
}  // namespace watertight::scenario
