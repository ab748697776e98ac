// SPDX-License-Identifier: Apache-2.0
// What init writes about sample daemons, and that `check` runs it.

#include "cli/init.h"

#include "cli/test_command.h"
#include "scenario/file.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace watertight::cli {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Init : public testing::Test {
 protected:
  /// What init writes about a sample daemon, as a scenario; `text_` is the file.
  Scenario init(const std::string& daemon, Words arguments) {
    Words words = {"init", file_, "--", std::string(WATERTIGHT_SAMPLE_DAEMONS) + "/" + daemon};
    words.insert(words.end(), arguments.begin(), arguments.end());
    CommandRun command(folder_, words);
    EXPECT_EQ(command.wait(), 0) << command.err();
    text_ = posix::read_file(file_).value_or("");
    return scenario::read_scenario_file(file_);
  }

  /// Exit code of a check of what was written, which leaves its report in `report_`.
  int check(const std::string& only) {
    const std::string json = folder_.file("r.json");
    CommandRun command(folder_, {"check", file_, "--only", only, "--ops", "512", "--json", json});
    const int exit_code = command.wait();
    report_ = posix::read_file(json).value_or("") + command.err();
    return exit_code;
  }

  const Folder folder_;
  const std::string file_ = folder_.file("d.toml");
  std::string text_, report_;
};

TEST_F(Init, FindsTheSocketThatAServerAnswersAt) {
  const Scenario scenario = init("accept_close", {"{port}"});
  EXPECT_EQ(scenario.command.back(), "{port}");
  EXPECT_EQ(scenario.ready.target, "127.0.0.1:{port}");
  ASSERT_EQ(scenario.stress.size(), 1u) << text_;
  EXPECT_EQ(scenario.stress[0].target, "127.0.0.1:{port}");
  EXPECT_THAT(scenario.stress[0].send, ElementsAre("hello\n"));
  EXPECT_THAT(text_, AllOf(HasSubstr("# It listens at tcp 127.0.0.1:"),
                           HasSubstr("# SIGTERM ended it within"), HasSubstr("No PID file")));
  // On a busy machine there may be no time for a verdict; the stress works all the same.
  EXPECT_THAT(check("growth.fds"), AnyOf(0, 4)) << text_ << report_;
  EXPECT_THAT(report_,
              AllOf(HasSubstr("\"failed_operations\": 0,"), Not(HasSubstr("\"operations\": 0,"))));
}

TEST_F(Init, FindsPidFileAndLockOfADaemonInTheBackground) {
  const Scenario scenario = init("lock_reference", {"--daemonize", "{state}/d.pid"});
  EXPECT_EQ(scenario.pid_file, "{state}/d.pid") << text_;
  ASSERT_EQ(scenario.stress.size(), 1u);
  EXPECT_EQ(scenario.stress[0].kind, Stress::Kind::kIdle);
  EXPECT_THAT(text_, AllOf(HasSubstr("It puts itself in the background."),
                           HasSubstr("an exclusive lock (")));
  EXPECT_EQ(check("lock.content"), 0) << text_ << report_;
}

TEST_F(Init, FindsChildrenAndAUnixSocket) {
  const Scenario scenario = init("prefork_reaps", {"{state}/s"});
  EXPECT_EQ(scenario.ready.kind, Ready::Kind::kUnix);
  EXPECT_EQ(scenario.ready.target, "{state}/s");
  EXPECT_THAT(text_, HasSubstr("Besides its main process it runs "));
  EXPECT_EQ(check("shutdown.idle"), 0) << text_ << report_;
}

TEST_F(Init, TurnsAPortOfTheCommandIntoAPlaceholder) {
  // A port that somebody else has makes this another test: the next one then.
  for (int port = 18'200; port < 18'300; ++port) {
    CommandRun command(folder_, {"init", file_, "--force", "--",
                                 WATERTIGHT_SAMPLE_DAEMONS "/accept_close", std::to_string(port)});
    if (command.wait() == 3) continue;
    const Scenario scenario = scenario::read_scenario_file(file_);
    EXPECT_EQ(scenario.command.back(), "{port}");
    EXPECT_EQ(scenario.stress.at(0).target, "127.0.0.1:{port}");
    return;
  }
  FAIL() << "no port of a hundred is free";
}

TEST_F(Init, NeverReplacesAFileUnlessTold) {
  std::ofstream(file_) << "mine";
  CommandRun command(folder_, {"init", file_, "--", WATERTIGHT_SAMPLE_DAEMONS "/sigterm_flag"});
  EXPECT_EQ(command.wait(), 2);
  EXPECT_THAT(command.err(), HasSubstr("is there already; --force replaces it"));
  EXPECT_EQ(posix::read_file(file_), "mine");
}

TEST_F(Init, TellsWhyADaemonDoesNotStart) {
  CommandRun command(folder_, {"init", file_, "--", WATERTIGHT_SAMPLE_DAEMONS "/dies_at_once"});
  EXPECT_EQ(command.wait(), 3);
  EXPECT_THAT(command.err(), HasSubstr("exited with 3"));
  EXPECT_FALSE(posix::read_file(file_));
  CommandRun nobody(folder_, {"init"});
  EXPECT_EQ(nobody.wait(), 2);
  EXPECT_THAT(nobody.err(), HasSubstr("which daemon?"));
}

TEST(ScenarioText, IsReadBackAsItWasMeant) {
  run::Survey survey;
  survey.scenario.command = {"./d", "a \"b\"\n\\", "{{port}}", "\x01"};
  Stress& stress = survey.scenario.stress.emplace_back();
  stress.kind = Stress::Kind::kHttp;
  stress.target = "http://127.0.0.1:{port}/";
  survey.on_command = {"It prints, lastly: \x1b[31m\nname = 'injected'"};
  const Folder folder;
  std::ofstream(folder.file("d.toml")) << scenario_text(survey);
  const Scenario read = scenario::read_scenario_file(folder.file("d.toml"));
  EXPECT_EQ(read.command, survey.scenario.command);
  EXPECT_EQ(read.stress.at(0).kind, Stress::Kind::kHttp);
  EXPECT_THAT(read.name, IsEmpty());
  EXPECT_THAT(scenario_text(survey), Not(HasSubstr("\x1b")));
  survey.scenario.command = {"\xff"};
  EXPECT_THROW(scenario_text(survey), ScenarioError);
}

TEST(Ports, AreReplacedAsNumbersOfTheirOwn) {
  EXPECT_EQ(run::with_port_replaced("-p80:80 8080", 80, "{port}"), "-p{port}:{port} 8080");
  EXPECT_EQ(run::with_port_replaced("808", 80, "{port}"), "808");
  EXPECT_EQ(run::with_port_replaced("", 80, "{port}"), "");
}

}  // namespace
}  // namespace watertight::cli
