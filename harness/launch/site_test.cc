// SPDX-License-Identifier: Apache-2.0
#include "launch/site.h"

#include "launch/test_support.h"
#include "posix/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using testing::eventually;
using testing::Folder;
using testing::scenario_of;

std::string text_of(const fs::path& path) { return posix::read_file(path).value_or(""); }

Site site_of(const Scenario& scenario) {
  auto site = Site::prepare(scenario);
  if (auto* failure = std::get_if<LaunchFailure>(&site)) throw std::runtime_error(failure->message);
  return std::move(std::get<Site>(site));
}

Daemon started(Site& site, const Site::Start& how = {}) {
  auto daemon = site.start(how);
  if (auto* failure = std::get_if<LaunchFailure>(&daemon))
    throw std::runtime_error(failure->message);
  return std::move(std::get<Daemon>(daemon));
}

TEST(Site, KeepsWhatAnInstanceLeavesForTheNextOne) {
  Scenario scenario = scenario_of({"/bin/sh", "-c", "echo $$ >>{state}/runs; exec sleep 1000"});
  scenario.setup = {"echo setup >>runs"};
  Site site = site_of(scenario);
  const fs::path runs = site.state() / "runs";
  std::string expected = "setup\n";
  for (int i = 0; i < 2; ++i) {
    const Daemon daemon = started(site);
    expected += std::to_string(daemon.main().pid()) + "\n";
    EXPECT_TRUE(eventually([&] { return text_of(runs) == expected; })) << text_of(runs);
  }
}

TEST(Site, RunsTeardownAndGoesWithTheLastOfItsDaemons) {
  const Folder kept;
  Scenario scenario = scenario_of({"/bin/sleep", "1000"});
  scenario.teardown = {"echo done >>" + (kept.path() / "teardown").native()};
  std::optional<Site> site = site_of(scenario);
  const fs::path root = site->folder().root();
  {
    const Daemon daemon = started(*site);
    site.reset();
    EXPECT_TRUE(fs::exists(root));
    EXPECT_EQ(text_of(kept.path() / "teardown"), "");
  }
  EXPECT_FALSE(fs::exists(root));
  EXPECT_EQ(text_of(kept.path() / "teardown"), "done\n");
}

TEST(Site, GivesInstancesPortsAndFilesOfTheirOwnWhereAsked) {
  Scenario scenario = scenario_of(
      {"/bin/sh", "-c", "cat {state}/d.conf {state}/common; echo {port}; exec sleep 1000"});
  scenario.files = {{"{state}/d.conf", "listen {port}\n"}, {"{state}/common", "same\n"}};
  Site site = site_of(scenario);
  const Daemon first = started(site);
  const Daemon second = started(site, {.has_own_ports = true});
  const std::string one = std::to_string(first.instance().ports.at(0));
  const std::string two = std::to_string(second.instance().ports.at(0));
  EXPECT_NE(one, two);
  EXPECT_EQ(first.folder().root(), second.folder().root());
  EXPECT_THAT(first.log_tail(), ElementsAre("listen " + one, "same", one));
  EXPECT_THAT(second.log_tail(), ElementsAre("listen " + two, "same", two));
  EXPECT_EQ(text_of(site.state() / "d.conf"), "listen " + one + "\n");
}

TEST(Site, StartsWithoutWaitingWhereAsked) {
  Site site = site_of(scenario_of({"/bin/sh", "-c", "exit 3"}));
  Daemon daemon = started(site, {.waits_until_ready = false});
  ASSERT_TRUE(eventually([&] { return !daemon.is_alive(); }));
  ASSERT_TRUE(daemon.exit_status());
  EXPECT_EQ(daemon.exit_status()->code, 3);
}

TEST(Gate, HoldsInstancesUntilItOpens) {
  Site site = site_of(scenario_of({"/bin/sh", "-c", "echo \"$1\" >>{state}/runs", "sh", "a b"}));
  Gate gate(site.state() / "gate");
  std::vector<Daemon> racers;
  for (int i = 0; i < 4; ++i) {
    racers.push_back(started(site, {.waits_until_ready = false, .gate = &gate}));
  }
  for (const Daemon& racer : racers) EXPECT_TRUE(racer.is_alive());
  EXPECT_FALSE(fs::exists(site.state() / "runs"));
  gate.open();
  EXPECT_TRUE(eventually([&] { return std::ranges::none_of(racers, &Daemon::is_alive); }));
  EXPECT_EQ(text_of(site.state() / "runs"), "a b\na b\na b\na b\n");
}

TEST(Gate, SaysWhichProgramThereIsNot) {
  Site site = site_of(scenario_of({"no-such-daemon"}));
  const Gate gate(site.state() / "gate");
  const auto started = site.start({.waits_until_ready = false, .gate = &gate});
  ASSERT_TRUE(std::holds_alternative<LaunchFailure>(started));
  EXPECT_THAT(std::get<LaunchFailure>(started).message, ::testing::HasSubstr("no-such-daemon"));
}

}  // namespace
}  // namespace watertight::launch
