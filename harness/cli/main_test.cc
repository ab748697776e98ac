// SPDX-License-Identifier: Apache-2.0
#include "cli/interruption.h"
#include "cli/test_command.h"
#include "posix/pipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

namespace watertight::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kPatience = kCommandPatience;

/// `check` of a daemon that creates `marker` and then sleeps; the marker is in its arguments as
/// well.
Words check_of_sleeper(const std::string& marker, Words options = {}) {
  Words words = {"check", "--window", "1s"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(),
               {"--", "/bin/sh", "-c", ": > \"$0\"; while :; do sleep 1; done", marker});
  return words;
}

/// Processes with `marker` among their arguments, the command itself not counted.
Words processes_with(const std::string& marker) {
  Words found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string arguments = posix::read_file(entry.path() / "cmdline").value_or("");
    if (arguments.find(marker) != std::string::npos) found.push_back(name + " " + arguments);
  }
  return found;
}

bool wait_for_file(const std::string& path) {
  const posix::Deadline deadline(kPatience);
  while (!std::filesystem::exists(path)) {
    if (deadline.has_passed()) return false;
    posix::pause_for(5ms);
  }
  return true;
}

bool wait_until_gone(const std::string& marker) {
  const posix::Deadline deadline(kPatience);
  while (!processes_with(marker).empty()) {
    if (deadline.has_passed()) return false;
    posix::pause_for(20ms);
  }
  return true;
}

TEST(Command, PrintsItsVersionAndHelp) {
  const Folder folder;
  CommandRun version(folder, {"--version"});
  EXPECT_EQ(version.wait(), 0);
  EXPECT_EQ(version.out().substr(0, 11), "watertight ");
  CommandRun help(folder, {"check", "--help"});
  EXPECT_EQ(help.wait(), 0);
  EXPECT_EQ(help.out().substr(0, 9), "Examples:");
}

TEST(Command, ExitsWithTwoWhereItIsUsedWrongly) {
  const Folder folder;
  CommandRun unknown(folder, {"check", "--tiem", "5s", "--", "true"});
  EXPECT_EQ(unknown.wait(), 2);
  EXPECT_THAT(unknown.err(), HasSubstr("did you mean `--time`?"));
  EXPECT_THAT(unknown.out(), IsEmpty());

  CommandRun glob(folder, {"check", "--only", "growht.*", "--", "true"});
  EXPECT_EQ(glob.wait(), 2);
  EXPECT_THAT(glob.err(), HasSubstr("growht.*"));

  CommandRun bisect(folder, {"check", "--bisect", "--tiem", "5s", "--", "true"});
  EXPECT_EQ(bisect.wait(), 125);
}

TEST(Command, SaysBeforeTheRunThatAReportCannotBeWritten) {
  const Folder folder;
  const std::string marker = folder.file("started");
  CommandRun command(folder, check_of_sleeper(marker, {"--json", folder.file("no/such/r.json")}));
  EXPECT_EQ(command.wait(), 2);
  EXPECT_THAT(command.err(), HasSubstr("no/such/r.json cannot be written"));
  EXPECT_FALSE(std::filesystem::exists(marker));
}

TEST(Command, PrintsNothingButJsonWhereJsonGoesToStandardOutput) {
  const Folder folder;
  CommandRun command(
      folder, check_of_sleeper(folder.file("started"), {"--only", "shutdown.idle", "--json", "-"}));
  command.wait();
  EXPECT_EQ(command.out().substr(0, 1), "{");
  EXPECT_THAT(command.out(), HasSubstr("\"schema_version\""));
  EXPECT_EQ(command.out().substr(command.out().size() - 2), "}\n");
  EXPECT_THAT(command.err(), HasSubstr("shutdown.idle"));
}

TEST(Command, PrintsNothingButJUnitWhereJUnitGoesToStandardOutput) {
  const Folder folder;
  const std::string json = folder.file("r.json");
  CommandRun command(folder,
                     check_of_sleeper(folder.file("started"),
                                      {"--only", "shutdown.idle", "--junit", "-", "--json", json}));
  command.wait();
  EXPECT_EQ(command.out().substr(0, 5), "<?xml");
  EXPECT_THAT(command.out(), HasSubstr("name=\"shutdown.idle\""));
  EXPECT_THAT(command.out(), testing::EndsWith("</testsuites>\n"));
  EXPECT_THAT(posix::read_file(json).value_or(""), HasSubstr("\"schema_version\""));
  EXPECT_THAT(command.err(), HasSubstr("shutdown.idle"));
}

TEST(Command, ExplainsACheck) {
  const Folder folder;
  CommandRun explain(folder, {"explain", "growth.fds"});
  EXPECT_EQ(explain.wait(), 0);
  EXPECT_THAT(explain.out(), HasSubstr("EMFILE"));
  CommandRun mistyped(folder, {"explain", "growth.fd"});
  EXPECT_EQ(mistyped.wait(), 2);
  EXPECT_THAT(mistyped.err(), HasSubstr("did you mean `growth.fds`?"));
}

TEST(Command, EndsWithAPartialReportOnASignal) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const Folder folder;
    const std::string marker = folder.file("started");
    const std::string json = folder.file("r.json");
    const std::string junit = folder.file("r.xml");
    const std::string html = folder.file("r.html");
    CommandRun command(
        folder, check_of_sleeper(marker, {"--json", json, "--junit", junit, "--html", html}));
    ASSERT_TRUE(wait_for_file(marker)) << command.err();
    command.process().handle().signal(number);
    command.process().handle().signal(number);  // timeout(1) sends it twice
    EXPECT_EQ(command.wait(), 128 + number) << command.err();
    EXPECT_THAT(posix::read_file(json).value_or(""), HasSubstr("\"schema_version\""));
    EXPECT_THAT(posix::read_file(junit).value_or(""), HasSubstr("<error type=\"interrupted\""));
    EXPECT_THAT(posix::read_file(html).value_or(""), HasSubstr("interrupted by"));
    EXPECT_TRUE(wait_until_gone(marker)) << testing::PrintToString(processes_with(marker));
  }
}

TEST(Command, LeavesNoDaemonBehindWhereItsReaderGoesAway) {
  const Folder folder;
  const std::string marker = folder.file("started");
  posix::Pipe pipe = posix::open_pipe();
  pipe.reading.reset();
  CommandRun command(folder, check_of_sleeper(marker, {"--only", "shutdown.idle"}),
                     {{STDOUT_FILENO, pipe.writing.get()}});
  const int exit_code = command.wait();
  EXPECT_NE(exit_code, 128 + SIGPIPE);
  EXPECT_NE(exit_code, 0);
  EXPECT_THAT(command.err(), HasSubstr("the report is lost"));
  EXPECT_TRUE(wait_until_gone(marker));
}

TEST(Interruption, IsNotedOnceAndASecondOneKills) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        note_interruptions();
        std::raise(SIGTERM);
        std::raise(SIGTERM);
        std::fprintf(stderr, "noted %d", interruption());
        posix::pause_for(300ms);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "noted 15");
}

TEST(Interruption, StaysIgnoredWhereItWasIgnored) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        std::signal(SIGHUP, SIG_IGN);
        note_interruptions();
        std::raise(SIGHUP);
        std::raise(SIGPIPE);
        std::exit(interruption());
      },
      testing::ExitedWithCode(0), "");
}

/// Two builds of a daemon, of which one is too slow when it is told to end.
class VerifyFix : public testing::Test {
 protected:
  int verify(const std::string& before, const std::string& after) {
    const std::string folder = WATERTIGHT_SAMPLE_DAEMONS "/";
    CommandRun command(folder_, {"verify-fix", "--before", folder + before,
                                 "--after=" + folder + after, "--only", "shutdown.idle", "--quick",
                                 "--window", "1s", "--ready", "log:ready", "--", "daemon"});
    const int exit_code = command.wait();
    out_ = command.out();
    return exit_code;
  }

  std::string out_;

 private:
  const Folder folder_;
};

TEST_F(VerifyFix, IsGreenWhereTheFailureIsThereBeforeAndGoneAfter) {
  EXPECT_EQ(verify("slow_cleanup", "quick_cleanup"), 0);
  EXPECT_THAT(out_, HasSubstr("\nfixed\n"));
}

TEST_F(VerifyFix, IsRedWhereItIsStillThere) {
  EXPECT_EQ(verify("slow_cleanup", "slow_cleanup"), 1);
  EXPECT_THAT(out_, HasSubstr("\nnot fixed\n"));
}

TEST_F(VerifyFix, IsNotGreenWhereNothingWasSeenBefore) {
  EXPECT_EQ(verify("quick_cleanup", "quick_cleanup"), 4);
  EXPECT_THAT(out_, HasSubstr("nothing to fix"));
}

TEST(Command, VerifyFixWantsBothBuilds) {
  const Folder folder;
  CommandRun command(folder, {"verify-fix", "--before", "./old", "--", "daemon"});
  EXPECT_EQ(command.wait(), 2);
  EXPECT_THAT(command.err(), HasSubstr("--after is missing"));
}

}  // namespace
}  // namespace watertight::cli
