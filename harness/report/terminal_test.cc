// SPDX-License-Identifier: Apache-2.0
#include "report/terminal.h"

#include "report/sample_reports.h"
#include "report/text.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>

namespace watertight::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TerminalStyle plain(unsigned columns) {
  TerminalStyle style;
  style.columns = columns;
  style.is_utf8 = true;
  return style;
}

std::string written(const Report& report, const TerminalStyle& style) {
  std::ostringstream out;
  write_terminal(report, out, style);
  return out.str();
}

TEST(WriteTerminal, TellsAFailureFirst) {
  EXPECT_EQ(written(leaking_report(), plain(80)),
            R"(✗ FAIL  leaks_fd · 2 of 7 checks failed · 5 120 operations in 1.2 s
  ready after 30 ms · stopped: all verdicts in
  12 of 5 120 operations failed, the first: connect 127.0.0.1:40123: connection
  refused

✗ growth.fds       leaks 1 fd per operation; the 1 024 descriptor limit is
                   reached in 110 ms
    by bad_loop (leaks_fd.c:31), called by main (leaks_fd.c:60): +4 096
    /var/log/data.log
    12 fds after 1 024 operations, 4 108 after 5 120
    +4 096 /var/log/data.log (regular file, opened for appending)
    decided after 400 ms, at 4 096 operations
    hence growth.rss: leaks 96.0 ± 0.8 bytes per operation

! growth.files     leaves 3 temporary files; none grows with the operations
    /tmp/leaks_fd.a1B2c3
    /tmp/leaks_fd.d4E5f6
    /tmp/leaks_fd.g7H8i9

? growth.children  grows ever more slowly, perhaps a cache; needs about 40 000
                   more operations

✓ growth.threads   no growth; would have caught 1 thread in 1 000 operations
✓ growth.zombies   no growth; would have caught 1 zombie in 1 000 operations
✓ shutdown.idle    ended 12 ms after SIGTERM with status 0; would have caught
                   more than 5 s

– not applicable   growth.heap (needs the agent); growth.ipc, growth.locks
                   (sampled at window edges only)
)");
}

TEST(WriteTerminal, FitsANarrowTerminal) {
  EXPECT_EQ(written(leaking_report(), plain(40)), R"(✗ FAIL  leaks_fd · 2 of 7 checks failed
        5 120 operations in 1.2 s
  ready after 30 ms
  stopped: all verdicts in
  12 of 5 120 operations failed, the
  first: connect 127.0.0.1:40123:
  connection refused

✗ growth.fds
  leaks 1 fd per operation; the 1 024
  descriptor limit is reached in 110 ms
    by bad_loop (leaks_fd.c:31), called
    by main (leaks_fd.c:60): +4 096
    /var/log/data.log
    12 fds after 1 024 operations, 4 108
    after 5 120
    +4 096 /var/log/data.log (regular
    file, opened for appending)
    decided after 400 ms, at 4 096
    operations
    hence growth.rss: leaks 96.0 ± 0.8
    bytes per operation

! growth.files
  leaves 3 temporary files; none grows
  with the operations
    /tmp/leaks_fd.a1B2c3
    /tmp/leaks_fd.d4E5f6
    /tmp/leaks_fd.g7H8i9

? growth.children
  grows ever more slowly, perhaps a
  cache; needs about 40 000 more
  operations

✓ growth.threads
  no growth; would have caught 1 thread
  in 1 000 operations
✓ growth.zombies
  no growth; would have caught 1 zombie
  in 1 000 operations
✓ shutdown.idle
  ended 12 ms after SIGTERM with status
  0; would have caught more than 5 s

– not applicable
  growth.heap (needs the agent);
  growth.ipc, growth.locks (sampled at
  window edges only)
)");
}

TEST(WriteTerminal, FallsBackToAscii) {
  TerminalStyle style = plain(80);
  style.is_utf8 = false;
  EXPECT_EQ(written(leaking_report(), style),
            R"(FAIL  leaks_fd, 2 of 7 checks failed, 5 120 operations in 1.2 s
  ready after 30 ms, stopped: all verdicts in
  12 of 5 120 operations failed, the first: connect 127.0.0.1:40123: connection
  refused

FAIL growth.fds       leaks 1 fd per operation; the 1 024 descriptor limit is
                      reached in 110 ms
    by bad_loop (leaks_fd.c:31), called by main (leaks_fd.c:60): +4 096
    /var/log/data.log
    12 fds after 1 024 operations, 4 108 after 5 120
    +4 096 /var/log/data.log (regular file, opened for appending)
    decided after 400 ms, at 4 096 operations
    hence growth.rss: leaks 96.0 +/- 0.8 bytes per operation

warn growth.files     leaves 3 temporary files; none grows with the operations
    /tmp/leaks_fd.a1B2c3
    /tmp/leaks_fd.d4E5f6
    /tmp/leaks_fd.g7H8i9

?    growth.children  grows ever more slowly, perhaps a cache; needs about
                      40 000 more operations

ok   growth.threads   no growth; would have caught 1 thread in 1 000 operations
ok   growth.zombies   no growth; would have caught 1 zombie in 1 000 operations
ok   shutdown.idle    ended 12 ms after SIGTERM with status 0; would have caught
                      more than 5 s

n/a  not applicable   growth.heap (needs the agent); growth.ipc, growth.locks
                      (sampled at window edges only)
)");
}

TEST(WriteTerminal, SaysWhatAPassWouldHaveCaught) {
  EXPECT_EQ(written(clean_report(), plain(80)),
            R"(✓ PASS  echo_good · all 4 checks passed · 65 536 operations in 4.1 s
  ready after 12 ms · stopped: all verdicts in

✓ growth.fds      no growth; would have caught 1 fd in 4 000 operations
✓ growth.rss      no growth; would have caught 0.37 bytes per operation
✓ growth.threads  no growth; would have caught 1 thread in 4 000 operations
✓ shutdown.idle   ended 12 ms after SIGTERM with status 0; would have caught
                  more than 5 s

– not applicable  growth.heap (needs the agent)
)");
}

TEST(WriteTerminal, ShowsTheDaemonsLastWordsWithAnError) {
  EXPECT_EQ(written(unstartable_report(), plain(80)), R"(✗ ERROR  mydaemon

  the daemon ended with status 1 before it was ready
  run it by hand to see why: ./mydaemon --port 40123

  last lines of the daemon's output:
    mydaemon 1.4 starting
    bind 127.0.0.1:40123: Address already in use
)");
}

TEST(WriteTerminal, SaysWhoInterrupted) {
  EXPECT_EQ(written(interrupted_report(), plain(80)),
            R"(? INCONCLUSIVE  echo_good · 2 of 2 checks not settled
                8 192 operations in 900 ms
  ready after 12 ms · interrupted by SIGINT

? growth.fds  no growth in 8 192 operations; needs about 4 000 more operations
? growth.rss  no growth in 8 192 operations; needs about 57 000 more operations
)");
}

TEST(WriteTerminal, IsQuietAboutEverythingButFailures) {
  TerminalStyle style = plain(80);
  style.is_quiet = true;
  const std::string text = written(leaking_report(), style);
  EXPECT_THAT(text, HasSubstr("✗ growth.fds"));
  EXPECT_THAT(text, Not(HasSubstr("growth.files")));
  EXPECT_THAT(text, Not(HasSubstr("growth.threads")));
}

TEST(WriteTerminal, IsNotQuietAboutWarningsThatFailAStrictRun) {
  TerminalStyle style = plain(80);
  style.is_quiet = true;
  Report report = leaking_report();
  report.is_strict = true;
  EXPECT_THAT(written(report, style), HasSubstr("! growth.files"));
}

TEST(WriteTerminal, ColoursOnlyWhereAsked) {
  TerminalStyle style = plain(80);
  EXPECT_THAT(written(leaking_report(), style), Not(HasSubstr("\x1B")));
  style.is_colored = true;
  EXPECT_THAT(written(leaking_report(), style), HasSubstr("\x1B[1;31m✗ FAIL\x1B[0m"));
}

TEST(WriteTerminal, FoldsNoFailureAwayInACircleOfConsequences) {
  Report report = leaking_report();
  report.checks[0].consequence_of = "growth.rss";  // which is a consequence of growth.fds
  const std::string text = written(report, plain(80));
  EXPECT_THAT(text, HasSubstr("✗ growth.fds"));
  EXPECT_THAT(text, HasSubstr("✗ growth.rss"));
}

TEST(WriteTerminal, FoldsNoFailureUnderAMereWarning) {
  Report report = leaking_report();
  report.checks[0].severity = Severity::kWarn;
  EXPECT_THAT(written(report, plain(80)), HasSubstr("✗ growth.rss"));
}

TEST(WriteTerminal, LetsNoTextOfTheDaemonActOnTheTerminal) {
  for (bool is_utf8 : {true, false}) {
    TerminalStyle style = plain(80);
    style.is_utf8 = is_utf8;
    const std::string text = written(hostile_report(), style);
    EXPECT_THAT(text, HasSubstr("overwritten"));
    for (const std::string& line : split_lines(text)) ASSERT_EQ(printable(line), line);
  }
}

TEST(WriteTerminal, KeepsLinesWithinTheWidth) {
  for (const auto& [name, report] : sample_reports()) {
    for (bool is_utf8 : {true, false}) {
      for (unsigned columns = 0; columns <= 130; columns += 5) {
        TerminalStyle style = plain(columns);
        style.is_utf8 = is_utf8;
        for (const std::string& line : split_lines(written(report, style))) {
          ASSERT_LE(display_width(line), std::max(columns, 20u)) << name << ": " << line;
        }
      }
    }
  }
}

TEST(WriteTerminal, LeavesNoTrailingSpaces) {
  for (const auto& [name, report] : sample_reports()) {
    for (const std::string& line : split_lines(written(report, plain(80)))) {
      EXPECT_FALSE(line.ends_with(' ')) << name << ": '" << line << "'";
    }
  }
}

// Sets environment variables (or removes them) and puts them back.
class Environment : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : kNames) set(name, nullptr);
  }
  void TearDown() override {
    for (const auto& [name, value] : before_) {
      value ? setenv(name, value->c_str(), 1) : unsetenv(name);
    }
  }
  void set(const char* name, const char* value) {
    const char* old = std::getenv(name);
    before_.try_emplace(name, old != nullptr ? std::optional<std::string>(old) : std::nullopt);
    value != nullptr ? setenv(name, value, 1) : unsetenv(name);
  }

 private:
  static constexpr const char* kNames[] = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TERM",
                                           "COLUMNS",  "LC_ALL",      "LC_CTYPE",       "LANG"};
  std::map<const char*, std::optional<std::string>> before_;
};

TEST(WriteCheck, TellsOfOneCheckWhatTheReportSays) {
  const Report report = leaking_report();
  const auto written_check = [&](std::size_t index) {
    std::ostringstream out;
    write_check(report, report.checks[index], out, plain(100));
    return out.str();
  };
  EXPECT_EQ(
      written_check(0),
      R"(✗ growth.fds  leaks 1 fd per operation; the 1 024 descriptor limit is reached in 110 ms
    by bad_loop (leaks_fd.c:31), called by main (leaks_fd.c:60): +4 096 /var/log/data.log
    12 fds after 1 024 operations, 4 108 after 5 120
    +4 096 /var/log/data.log (regular file, opened for appending)
    decided after 400 ms, at 4 096 operations
    hence growth.rss: leaks 96.0 ± 0.8 bytes per operation
)");
  EXPECT_THAT(written_check(1), HasSubstr("follows from growth.fds"));
  EXPECT_EQ(written_check(2), "– growth.heap  needs the agent\n");
  EXPECT_THAT(written_check(3), testing::StartsWith("✓ growth.threads  no growth"));
  EXPECT_THAT(written_check(4), testing::StartsWith("? growth.children  grows ever"));
}

using DetectStyle = Environment;
constexpr int kNoTerminal = -1;

TEST_F(DetectStyle, ColoursNothingOffATerminal) {
  set("TERM", "xterm");
  EXPECT_FALSE(detect_style(kNoTerminal, "auto").is_colored);
}

TEST_F(DetectStyle, ObeysTheOption) {
  set("NO_COLOR", "1");
  EXPECT_TRUE(detect_style(kNoTerminal, "always").is_colored);
  set("FORCE_COLOR", "1");
  EXPECT_FALSE(detect_style(kNoTerminal, "never").is_colored);
}

TEST_F(DetectStyle, HonoursTheVariablesOfOtherTools) {
  set("FORCE_COLOR", "1");
  EXPECT_TRUE(detect_style(kNoTerminal, "auto").is_colored);
  set("FORCE_COLOR", "0");
  EXPECT_FALSE(detect_style(kNoTerminal, "auto").is_colored);
  set("CLICOLOR_FORCE", "1");
  EXPECT_TRUE(detect_style(kNoTerminal, "auto").is_colored);
  set("NO_COLOR", "");
  EXPECT_TRUE(detect_style(kNoTerminal, "auto").is_colored);
  set("NO_COLOR", "0");
  EXPECT_FALSE(detect_style(kNoTerminal, "auto").is_colored);
}

TEST_F(DetectStyle, RefusesAnotherOption) {
  EXPECT_THROW(detect_style(kNoTerminal, "sometimes"), ScenarioError);
}

TEST_F(DetectStyle, TakesTheWidthOfLogsFromTheEnvironment) {
  EXPECT_EQ(detect_style(kNoTerminal, "auto").columns, 100u);
  set("COLUMNS", "72");
  EXPECT_EQ(detect_style(kNoTerminal, "auto").columns, 72u);
  set("COLUMNS", "wide");
  EXPECT_EQ(detect_style(kNoTerminal, "auto").columns, 100u);
}

TEST_F(DetectStyle, KnowsAUtf8Locale) {
  EXPECT_FALSE(detect_style(kNoTerminal, "auto").is_utf8);
  set("LANG", "de_DE.utf8");
  EXPECT_TRUE(detect_style(kNoTerminal, "auto").is_utf8);
  set("LC_ALL", "C");
  EXPECT_FALSE(detect_style(kNoTerminal, "auto").is_utf8);
  set("LC_ALL", "C.UTF-8");
  EXPECT_TRUE(detect_style(kNoTerminal, "auto").is_utf8);
}

}  // namespace
}  // namespace watertight::report
