// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include "cli/commands.h"
#include "cli/help.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace watertight::cli {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;
using Words = std::vector<std::string>;

/// Parses `check OPTIONS -- d`.
ParsedCommandLine parse_check(Words options) {
  options.insert(options.begin(), "check");
  options.insert(options.end(), {"--", "d"});
  return parse_command_line(std::move(options));
}

Scenario scenario_of(Words options) { return parse_check(std::move(options)).scenario; }

std::string complaint(Words arguments) {
  try {
    parse_command_line(arguments);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  ADD_FAILURE() << "accepted " << testing::PrintToString(arguments);
  return {};
}

std::string check_complaint(Words options) {
  options.insert(options.begin(), "check");
  options.insert(options.end(), {"--", "d"});
  return complaint(std::move(options));
}

class ScenarioFile {
 public:
  explicit ScenarioFile(std::string_view text, std::string_view extension = ".toml")
      : path_(testing::TempDir() + "watertight_options_test_" + std::to_string(getpid()) +
              std::string(extension)) {
    std::ofstream(path_) << text;
  }
  ~ScenarioFile() { std::filesystem::remove(path_); }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(CommandLine, GivesTheDaemonItsArgumentsUntouched) {
  const auto line = parse_command_line(
      {"check", "--", "./d", "--port", "{port}", "--", "--strict", "a b", "", "[x,y]", "-q"});
  EXPECT_THAT(line.scenario.command,
              ElementsAre("./d", "--port", "{port}", "--", "--strict", "a b", "", "[x,y]", "-q"));
  EXPECT_FALSE(line.scenario.is_strict);
  EXPECT_FALSE(line.reports.is_quiet);
  EXPECT_EQ(line.scenario.name, "d");
}

TEST(CommandLine, HasTheDefaultsOfAScenario) {
  const ParsedCommandLine line = parse_check({});
  EXPECT_EQ(line.action, ParsedCommandLine::Action::kCheck);
  EXPECT_EQ(line.reports.color, "auto");
  EXPECT_TRUE(line.reports.json.empty());
  EXPECT_EQ(line.scenario.ready.kind, Ready::Kind::kAuto);
  EXPECT_THAT(line.scenario.stress, IsEmpty());
  EXPECT_EQ(line.scenario.window.profile, "tlpi");
  EXPECT_EQ(line.scenario.budget.whole_time(), 60s);
}

TEST(CommandLine, TakesTheCommandsThatStoreAndListRecords) {
  const ParsedCommandLine line = parse_check({"--write", "store", "--verify", "list"});
  EXPECT_EQ(line.scenario.write, "store");
  EXPECT_EQ(line.scenario.verify, "list");
}

TEST(CommandLine, SetsEveryFieldOfTheScenario) {
  const ParsedCommandLine line = parse_check(
      {"--ready",       "log:up",     "--ready-timeout", "3s",      "--pid-file", "{state}/p",
       "--window",      "docker",     "--ops",           "64k",     "--time=2m",  "--tolerate",
       "fds=0",         "--tolerate", "rss=1B/op",       "--only",  "growth.*",   "--only",
       "shutdown.idle", "--skip",     "growth.rss",      "--known", "growth.fds", "--strict",
       "--fail-fast",   "--bisect",   "--concurrency",   "8",       "--rate",     "250.5/s",
       "--warp",        "1000x",      "--fd-limit",      "1024",    "--env",      "A=b=c",
       "--env",         "EMPTY=",     "--cwd",           "/tmp",    "--user",     "nobody",
       "--setup",       "true",       "--setup",         "mkdir x", "--teardown", "rm -r x",
       "--name",        "web",        "--json",          "-",       "-q",         "--color",
       "never"});
  const Scenario& scenario = line.scenario;
  EXPECT_EQ(scenario.ready.kind, Ready::Kind::kLog);
  EXPECT_EQ(scenario.ready.timeout, 3s);
  EXPECT_EQ(scenario.pid_file, "{state}/p");
  EXPECT_EQ(scenario.window.length, 10s);
  EXPECT_EQ(scenario.budget.operations, 64'000u);
  EXPECT_EQ(scenario.budget.time, 2min);
  ASSERT_EQ(scenario.tolerate.size(), 2u);
  EXPECT_EQ(scenario.tolerate[1].resource, "rss");
  EXPECT_THAT(scenario.only, ElementsAre("growth.*", "shutdown.idle"));
  EXPECT_THAT(scenario.skip, ElementsAre("growth.rss"));
  EXPECT_THAT(scenario.known, ElementsAre("growth.fds"));
  EXPECT_TRUE(scenario.is_strict);
  EXPECT_TRUE(scenario.fails_fast);
  EXPECT_EQ(scenario.concurrency, 8u);
  EXPECT_EQ(scenario.operations_per_second, 250.5);
  EXPECT_EQ(scenario.warp, 1000);
  EXPECT_EQ(scenario.descriptor_limit, 1024u);
  EXPECT_THAT(scenario.environment, UnorderedElementsAre(Pair("A", "b=c"), Pair("EMPTY", "")));
  EXPECT_EQ(scenario.working_directory, "/tmp");
  EXPECT_EQ(scenario.user, "nobody");
  EXPECT_THAT(scenario.setup, ElementsAre("true", "mkdir x"));
  EXPECT_THAT(scenario.teardown, ElementsAre("rm -r x"));
  EXPECT_EQ(scenario.name, "web");
  EXPECT_TRUE(line.is_bisect);
  EXPECT_TRUE(line.reports.is_quiet);
  EXPECT_EQ(line.reports.json, "-");
  EXPECT_EQ(line.reports.color, "never");
}

TEST(CommandLine, TakesValuesAsTheyAre) {
  EXPECT_THAT(
      scenario_of({"--stress", "tcp:h:1", "--send", "[1,2]", "--send", "--strict", "--send", ""})
          .stress.at(0)
          .send,
      ElementsAre("[1,2]", "--strict", ""));
  const Scenario scenario = scenario_of({"--pid-file=", "--name", "x"});
  EXPECT_EQ(scenario.pid_file, "");
  EXPECT_EQ(scenario.name, "x");
}

TEST(CommandLine, GivesStressOptionsToTheStressBeforeThem) {
  const Scenario scenario = scenario_of(
      {"--stress",     "tcp:h:1",  "--send",    R"(a\r\n)",      "--send",   "b",
       "--expect",     "^ok",      "--manners", "reset,hold",    "--stress", "http://h/",
       "--keep-alive", "--stress", "exec:true", "--ops-per-run", "10",       "--stress",
       "unix:/s",      "--send",   "c"});
  ASSERT_EQ(scenario.stress.size(), 4u);
  EXPECT_THAT(scenario.stress[0].send, ElementsAre("a\r\n", "b"));
  EXPECT_EQ(scenario.stress[0].expect, "^ok");
  EXPECT_THAT(scenario.stress[0].manners, ElementsAre(Manner::kReset, Manner::kHold));
  EXPECT_TRUE(scenario.stress[1].keep_alive);
  EXPECT_EQ(scenario.stress[2].operations_per_run, 10u);
  EXPECT_THAT(scenario.stress[3].send, ElementsAre("c"));
}

TEST(CommandLine, GivesStressOptionsToTheOnlyStressWhereverTheyStand) {
  const Scenario scenario = scenario_of({"--send", "a", "--stress", "tcp:h:1", "--send", "b"});
  ASSERT_EQ(scenario.stress.size(), 1u);
  EXPECT_THAT(scenario.stress[0].send, ElementsAre("a", "b"));
}

TEST(CommandLine, RejectsStressOptionsThatBelongNowhere) {
  EXPECT_THAT(check_complaint({"--send", "x"}), HasSubstr("--send: there is no --stress"));
  EXPECT_THAT(check_complaint({"--send", "x", "--stress", "tcp:h:1", "--stress", "idle"}),
              HasSubstr("--send: write it after the --stress"));
  EXPECT_THAT(check_complaint({"--stress", "idle", "--send", "x"}), HasSubstr("`send` is for tcp"));
}

TEST(CommandLine, OverridesTheScenarioFile) {
  const ScenarioFile file(R"(
command = ["./from-file", "-x"]
name = "file"
window = "docker"
only = ["growth.*"]
tolerate = ["fds=1"]
environment = { A = "1", B = "2" }
ready_timeout = "3s"
stress = [{ spec = "tcp:h:1", send = ["one", "two"], expect = "ok" }]
)");
  const auto as_is = parse_command_line({"check", file.path()}).scenario;
  EXPECT_THAT(as_is.command, ElementsAre("./from-file", "-x"));
  EXPECT_EQ(as_is.name, "file");
  EXPECT_THAT(as_is.stress.at(0).send, ElementsAre("one", "two"));

  const auto scenario =
      parse_command_line({"check", "--window", "1s",      file.path(),  "--only",
                          "a.*",   "--only",   "b.*",     "--tolerate", "rss=1",
                          "--env", "B=3",      "--ready", "notify",     "--send",
                          "three", "--name",   "line",    "--",         "./from-line"})
          .scenario;
  EXPECT_THAT(scenario.command, ElementsAre("./from-line"));
  EXPECT_EQ(scenario.name, "line");
  EXPECT_EQ(scenario.window.profile, "");
  EXPECT_EQ(scenario.window.length, 1s);
  EXPECT_THAT(scenario.only, ElementsAre("a.*", "b.*"));
  ASSERT_EQ(scenario.tolerate.size(), 1u);
  EXPECT_EQ(scenario.tolerate[0].resource, "rss");
  EXPECT_THAT(scenario.environment, UnorderedElementsAre(Pair("A", "1"), Pair("B", "3")));
  EXPECT_EQ(scenario.ready.kind, Ready::Kind::kNotify);
  EXPECT_EQ(scenario.ready.timeout, 3s);
  EXPECT_THAT(scenario.stress.at(0).send, ElementsAre("three"));
  EXPECT_EQ(scenario.stress.at(0).expect, "ok");

  const auto stress =
      parse_command_line({"check", file.path(), "--stress", "idle"}).scenario.stress;
  ASSERT_EQ(stress.size(), 1u);
  EXPECT_EQ(stress[0].kind, Stress::Kind::kIdle);
}

TEST(CommandLine, NamesTheMistakeAndTheRemedy) {
  struct Case {
    Words arguments;
    std::string complaint;
  };
  const Case cases[] = {
      {{}, "which command? see `watertight --help`"},
      {{"chekc"}, "unknown command `chekc`; did you mean `check`?"},
      {{"--verison"}, "unknown command `--verison`"},
      {{"check"}, "no daemon to check: write its command after `--`"},
      {{"check", "--"}, "no daemon to check"},
      {{"check", "--strees", "idle", "--", "d"},
       "unknown option `--strees`; did you mean `--stress`?"},
      {{"check", "--tiem=5s", "--", "d"}, "unknown option `--tiem`; did you mean `--time`?"},
      {{"check", "-z", "--", "d"}, "unknown option `-z`"},
      {{"check", "./d", "--port", "80"}, "unknown option `--port`"},
      {{"check", "a.toml", "b.toml"},
       "not also `b.toml`; the daemon's own command goes after `--`"},
      {{"check", "/no/such.toml"}, "/no/such.toml: the scenario file cannot be read"},
      {{"check", "--ready", "tpc:h:1", "--", "d"}, "--ready: `tpc:h:1` is not a readiness spec"},
      {{"check", "--window", "dokcer", "--", "d"}, "--window: `dokcer` is neither"},
      {{"check", "--time", "soon", "--", "d"}, "--time: `soon` is not a duration"},
      {{"check", "--ops", "many", "--", "d"}, "--ops: `many` is not a number"},
      {{"check", "--concurrency", "0", "--", "d"}, "concurrency must be from 1"},
      {{"check", "--concurrency", "9G", "--", "d"}, "concurrency must be from 1"},
      {{"check", "--rate", "5/min", "--", "d"},
       "--rate: `5/min`: a rate is in operations a second"},
      {{"check", "--warp", "1", "--", "d"}, "--warp: `1` is not from 2 to 1000"},
      {{"check", "--warp", "3s", "--", "d"}, "--warp: `3s`: a factor is a plain number"},
      {{"check", "--rate", "0", "--", "d"}, "the rate must be above 0"},
      {{"check", "--env", "A", "--", "d"}, "--env: `A` is not NAME=VALUE"},
      {{"check", "--env", "=b", "--", "d"}, "--env: `=b` is not NAME=VALUE"},
      {{"check", "--color", "alwasy", "--", "d"},
       "--color: unknown value `alwasy`; did you mean `always`?"},
      {{"check", "--stress", "tcp:h:1", "--send", R"(\q)", "--", "d"},
       R"(--send: `\q`: unknown escape \q)"},
      {{"check", "--manners", "rude", "--stress", "tcp:h:1", "--", "d"},
       "--manners: unknown manner"},
      {{"check", "--strict=maybe", "--", "d"}, "--strict"},
      {{"check", "--json", "", "--", "d"}, "--json: the file is missing"},
      {{"check", "--ready"}, "--ready"},
  };
  for (const Case& c : cases)
    EXPECT_THAT(complaint(c.arguments), HasSubstr(c.complaint))
        << testing::PrintToString(c.arguments);
}

TEST(CommandLine, PointsToTheHelp) {
  EXPECT_THAT(check_complaint({"--nonsense"}), HasSubstr("see `watertight check --help`"));
  EXPECT_THAT(check_complaint({"--window", "x"}), HasSubstr("see `watertight check --help`"));
}

TEST(CommandLine, NamesThePlaceOfACheckThatTheFileHasWrong) {
  const ScenarioFile file("command = ['d']\nskip = ['growth.*',\n 'shutdown.idel']\n");
  EXPECT_EQ(complaint({"check", file.path()}),
            file.path() +
                ":3:2: `skip`: shutdown.idel: no check has this id; did you mean "
                "`shutdown.idle`?");
}

TEST(CommandLine, TellsADaemonFromAScenarioFile) {
  const ScenarioFile daemon("#!/bin/sh\n", ".sh");
  EXPECT_THAT(complaint({"check", daemon.path()}), HasSubstr("no daemon to check"));
  const ScenarioFile binary(
      "\x7f"
      "ELF",
      "");
  EXPECT_THAT(complaint({"check", binary.path()}),
              HasSubstr("is the daemon, write `--` before it"));
  const ScenarioFile toml("= 1");
  EXPECT_THAT(complaint({"check", toml.path()}), Not(HasSubstr("is the daemon")));
}

TEST(CommandLine, AsksForHelpAndVersion) {
  using Action = ParsedCommandLine::Action;
  EXPECT_EQ(parse_command_line({"--version"}).action, Action::kVersion);
  for (const Words& arguments : {Words{"--help"}, Words{"-h"}}) {
    EXPECT_EQ(parse_command_line(arguments).action, Action::kHelp);
    EXPECT_EQ(parse_command_line(arguments).help, kHelp);
  }
  EXPECT_EQ(parse_command_line({"check", "--help"}).action, Action::kHelp);
  EXPECT_EQ(parse_command_line({"check", "--help"}).help, kCheckHelp);
  EXPECT_EQ(parse_check({}).action, Action::kCheck);
}

TEST(Help, NamesEveryCommand) {
  for (const std::string& name : command_names())
    EXPECT_THAT(std::string(kHelp), HasSubstr("\n  " + name + " ")) << name;
}

TEST(CheckHelp, BeginsWithExamplesAndFitsAScreen) {
  EXPECT_EQ(kCheckHelp.substr(0, 9), "Examples:");
  std::istringstream lines{std::string(kCheckHelp)};
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(line.size(), 100u) << line;
  EXPECT_LE(count, 50);
}

TEST(CheckHelp, NamesEveryOption) {
  for (const std::string& option : check_option_names())
    EXPECT_THAT(std::string(kCheckHelp), HasSubstr(option)) << option;
}

TEST(Bisect, IsFoundBeforeTheDaemonOnly) {
  EXPECT_TRUE(asks_for_bisect({"check", "--nonsense", "--bisect", "--", "d"}));
  EXPECT_FALSE(asks_for_bisect({"check", "--", "d", "--bisect"}));
  EXPECT_FALSE(asks_for_bisect({}));
}

TEST(Bisect, SkipsCommitsThatCannotBeJudged) {
  for (const int code : {2, 3, 4, 77, 124}) EXPECT_EQ(exit_code_for_bisect(code), 125) << code;
  for (const int code : {0, 1, 130, 143}) EXPECT_EQ(exit_code_for_bisect(code), code);
}

}  // namespace
}  // namespace watertight::cli
