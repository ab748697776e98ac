// SPDX-License-Identifier: Apache-2.0
// Places where the command may find itself: a terminal of twenty columns, one that knows nothing,
// none at all, a disk that is full.

#include "cli/test_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/ioctl.h>

#include <algorithm>
#include <sstream>

namespace watertight::cli {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A short run with a stress; on a busy machine there may be no time for a verdict.
const Words kShortRun = {"check",
                         "--only",
                         "growth.fds",
                         "--ops",
                         "512",
                         "--stress",
                         "tcp:127.0.0.1:{port}",
                         "--send",
                         "hello\\n",
                         "--",
                         WATERTIGHT_SAMPLE_DAEMONS "/accept_close",
                         "{port}"};

/// One check of a daemon, which is over within a moment.
Words quick_check(const std::string& daemon, const Words& options) {
  Words words = {"check", "--only", "shutdown.status", "--quick", "--ready", "log:ready"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--", std::string(WATERTIGHT_SAMPLE_DAEMONS) + "/" + daemon});
  return words;
}

/// A terminal of some width, and what was written to it.
class Terminal {
 public:
  explicit Terminal(unsigned short columns)
      : ours_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)) {
    EXPECT_EQ(grantpt(ours_.get()), 0);
    EXPECT_EQ(unlockpt(ours_.get()), 0);
    theirs_ = posix::open_file(ptsname(ours_.get()), O_RDWR | O_NOCTTY);
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(ioctl(theirs_.get(), TIOCSWINSZ, &size), 0);
  }

  /// Runs the command on it; its exit code.
  int run(const Folder& folder, const Words& arguments, const CommandRun::Variables& environment) {
    CommandRun command(folder, arguments,
                       {{STDOUT_FILENO, theirs_.get()}, {STDERR_FILENO, theirs_.get()}},
                       environment);
    const posix::Deadline deadline(kCommandPatience);
    while (!command.process().poll_exit() && !deadline.has_passed()) {
      read_what_is_there();
      posix::pause_for(5ms);
    }
    const int exit_code = command.wait();
    read_what_is_there();
    return exit_code;
  }

  const std::string& text() const { return text_; }

 private:
  void read_what_is_there() {
    char buffer[4096];
    for (ssize_t size = 0; (size = read(ours_.get(), buffer, sizeof buffer)) > 0;)
      text_.append(buffer, static_cast<std::size_t>(size));
  }

  posix::UniqueFd ours_, theirs_;
  std::string text_;
};

/// The lines of a text, freed of what acts on a terminal (ECMA-48 CSI).
Words lines_of(const std::string& text) {
  Words lines(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\x1b[") == 0) {
      i = text.find_first_not_of("0123456789;?", i + 2);
      if (i == std::string::npos) break;
    } else if (text[i] == '\n' || text[i] == '\r') {
      lines.emplace_back();
    } else {
      lines.back() += text[i];
    }
  }
  return lines;
}

std::ptrdiff_t columns_of(const std::string& line) {
  return std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; });
}

TEST(Place, TerminalOfTwentyColumnsHoldsEveryLine) {
  const Folder folder;
  Terminal terminal(20);
  EXPECT_THAT(terminal.run(folder, kShortRun, {{"TERM", "xterm"}, {"LC_ALL", "C.UTF-8"}}),
              AnyOf(0, 4))
      << terminal.text();
  EXPECT_THAT(terminal.text(), HasSubstr("growth.fds"));
  for (const std::string& line : lines_of(terminal.text())) EXPECT_LE(columns_of(line), 20) << line;
}

TEST(Place, TerminalThatKnowsNothingIsToldNothingButText) {
  const Folder folder;
  Terminal terminal(80);
  EXPECT_THAT(terminal.run(folder, kShortRun, {{"TERM", "dumb"}}), AnyOf(0, 4)) << terminal.text();
  EXPECT_THAT(terminal.text(), AllOf(HasSubstr("growth.fds"), Not(HasSubstr("\x1b"))));
}

TEST(Place, WithoutATerminalThereIsNoProgressAndNoColour) {
  const Folder folder;
  CommandRun command(folder, kShortRun);
  EXPECT_THAT(command.wait(), AnyOf(0, 4)) << command.out();
  EXPECT_THAT(command.err(), IsEmpty());
  EXPECT_THAT(command.out(), AllOf(HasSubstr("growth.fds"), Not(HasSubstr("\x1b"))));
}

TEST(Place, FullDiskLosesNoOtherReportAndIsNoPass) {
  const Folder folder;
  CommandRun command(
      folder, quick_check("quick_cleanup", {"--html", "/dev/full", "--json", folder.file("r.json"),
                                            "--junit", "/dev/full"}));
  EXPECT_EQ(command.wait(), 3);
  const std::string lost = "the report is lost: write /dev/full: No space left on device";
  EXPECT_EQ(command.err(), "watertight: " + lost + "\nwatertight: " + lost + "\n");
  EXPECT_THAT(command.out(), HasSubstr("shutdown.status"));
  EXPECT_THAT(posix::read_file(folder.file("r.json")).value_or(""), HasSubstr("\"exit_code\": 0"));
}

TEST(Place, FullDiskDoesNotHideAFailure) {
  const Folder folder;
  CommandRun command(folder, quick_check("exit_status_1", {"--json", "/dev/full"}));
  EXPECT_EQ(command.wait(), 1);
  EXPECT_THAT(command.err(), HasSubstr("the report is lost"));
  EXPECT_THAT(command.out(), HasSubstr("FAIL"));
}

TEST(Place, DiskThatFillsUpDuringTheRunLosesWhatDoesNotFit) {
  const Folder folder;
  const std::string html = folder.file("r.html"), json = folder.file("r.json");
  Words arguments = quick_check("exit_status_1", {"--html", html, "--json", json});
  arguments.insert(arguments.begin(), WATERTIGHT_BUILD "/watertight");
  arguments.insert(arguments.begin(), {"sh", "-c", "ulimit -f 16; exec \"$0\" \"$@\""});
  const posix::UniqueFd null = posix::open_file("/dev/null", O_RDWR);
  const posix::UniqueFd err = posix::open_file(folder.file("err"), O_WRONLY | O_CREAT, 0600);
  auto command = posix::ChildProcess::spawn(
      {.program = "/bin/sh",
       .arguments = arguments,
       .environment = posix::current_environment(),
       .descriptors = {
           {STDIN_FILENO, null.get()}, {STDOUT_FILENO, null.get()}, {STDERR_FILENO, err.get()}}});
  const auto status = command.wait(posix::Deadline(kCommandPatience));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->describe(), "exited with 1");
  EXPECT_EQ(posix::read_file(folder.file("err")),
            "watertight: the report is lost: write " + html + ": File too large\n");
  EXPECT_THAT(posix::read_file(json).value_or(""), HasSubstr("\"exit_code\": 1"));
}

TEST(Place, IsDiagnosedByTheDoctor) {
  const Folder folder;
  CommandRun command(folder, {"doctor"});
  EXPECT_EQ(command.wait(), 0) << command.out() << command.err();
  for (const char* const name : {"kernel ", "launch ", "agent ", "ptrace ", "valgrind ", "warp "})
    EXPECT_THAT(command.out(), HasSubstr(name));
  EXPECT_THAT(command.out(), HasSubstr("with any user"));
}

TEST(Place, FullStandardOutputIsNoPass) {
  const Folder folder;
  const posix::UniqueFd full = posix::open_file("/dev/full", O_WRONLY);
  CommandRun command(folder, quick_check("quick_cleanup", {}), {{STDOUT_FILENO, full.get()}});
  EXPECT_EQ(command.wait(), 3);
  EXPECT_THAT(command.err(), HasSubstr("the report is lost"));
}

}  // namespace
}  // namespace watertight::cli
