// SPDX-License-Identifier: Apache-2.0
// Where the threads of a daemon were that hung or crashed, in every report that tells it.

#include "report/blame_lines.h"
#include "report/html.h"
#include "report/json.h"
#include "report/read_json.h"
#include "report/sample_reports.h"
#include "report/tap.h"
#include "report/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace watertight::report {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Frame kLock{"pthread_mutex_lock", "", 0, "/lib/libc.so.6", 16};
const Frame kTake{"take_job", "/src/jobs.c", 31, "/bin/d", 32};
const Frame kMain{"main", "/src/d.c", 60, "/bin/d", 48};

/// A daemon whose workers wait for a lock.
std::vector<ThreadStack> stacks() {
  return {{4710, 4710, "d", 0, {kMain}}, {4710, 4711, "worker", 3, {kLock, kTake, kMain}}};
}

Report hanging_report() {
  Report report = clean_report();
  CheckResult hangs;
  hangs.id = "shutdown.idle";
  hangs.verdict = Verdict::kFail;
  hangs.summary = "still alive 5 s after SIGTERM";
  hangs.evidence = {"pid 4710 (d): state S"};
  hangs.stacks = stacks();
  report.checks = {hangs};
  return report;
}

Report crashed_report() {
  Report report = clean_report();
  report.error = "the daemon died after 500 operations: killed by SIGSEGV";
  report.stacks = stacks();
  return report;
}

template <typename Write>
std::string text_of(const Write& write, const Report& report) {
  std::ostringstream out;
  write(report, out);
  return out.str();
}

std::string terminal_text(const Report& report) {
  std::ostringstream out;
  TerminalStyle style;
  style.columns = 200;
  style.is_utf8 = true;
  write_terminal(report, out, style);
  return out.str();
}

TEST(DescribeStacks, SaysWhichThreadsAreWhere) {
  EXPECT_THAT(
      describe_stacks(stacks()),
      ElementsAre("main thread 4710 (d): in main (d.c:60)",
                  "thread 4711 (worker) and 3 alike: in pthread_mutex_lock in libc.so.6, called by "
                  "take_job (jobs.c:31), main (d.c:60)"));
  EXPECT_THAT(describe_stacks({{4710, 4710, "d", 0, {}}}), IsEmpty());
  EXPECT_THAT(describe_stacks({{1, 1, "", 0, std::vector<Frame>(32, kMain)}}),
              ElementsAre(testing::EndsWith(", ...")));
}

TEST(Stacks, StandInTheTerminalUnderTheirCheckAndUnderACrash) {
  EXPECT_THAT(terminal_text(hanging_report()), HasSubstr("take_job (jobs.c:31)"));
  EXPECT_THAT(terminal_text(crashed_report()), HasSubstr("take_job (jobs.c:31)"));
  Report many = hanging_report();
  many.checks[0].stacks.assign(9, stacks()[1]);
  EXPECT_THAT(terminal_text(many), HasSubstr("3 more stacks in the JSON report"));
}

TEST(Stacks, StandInThePage) {
  for (const Report& report : {hanging_report(), crashed_report()}) {
    const std::string page = text_of(write_html, report);
    EXPECT_THAT(page, HasSubstr("Where its threads were"));
    EXPECT_THAT(page, HasSubstr("thread 4711 (worker) and 3 alike"));
    EXPECT_THAT(page, HasSubstr("take_job (jobs.c:31)"));
  }
  EXPECT_THAT(text_of(write_html, clean_report()), Not(HasSubstr("Where its threads were")));
}

TEST(Stacks, StandInTap) {
  EXPECT_THAT(text_of(write_tap, hanging_report()), HasSubstr("stacks:\n    - \"main thread 4710"));
}

TEST(Stacks, StandInJsonAndAreReadAgain) {
  const std::string text = text_of(write_json, hanging_report());
  const json stack = json::parse(text)["checks"][0]["stacks"][1];
  EXPECT_EQ(stack["pid"], 4710);
  EXPECT_EQ(stack["tid"], 4711);
  EXPECT_EQ(stack["name"], "worker");
  EXPECT_EQ(stack["alike"], 3);
  EXPECT_EQ(stack["frames"][1]["function"], "take_job");
  EXPECT_EQ(json::parse(text_of(write_json, crashed_report()))["daemon"]["stacks"].size(), 2u);
  EXPECT_FALSE(json::parse(text_of(write_json, clean_report()))["daemon"].contains("stacks"));

  std::string name = testing::TempDir() + "stacks.XXXXXX";
  const int fd = ::mkstemp(name.data());
  ASSERT_GE(fd, 0);
  ::close(fd);
  std::ofstream(name) << text;
  const Report again = read_json(name);
  std::filesystem::remove(name);
  EXPECT_EQ(text_of(write_json, again), text);
}

}  // namespace
}  // namespace watertight::report
