// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/pid_file.h"

#include "rehearsals/lock/loser_words.h"
#include "rehearsals/lock/table.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <set>

namespace watertight::rehearsals {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(ParsePidText, ReadsAPidAndANewline) {
  const PidText text = parse_pid_text("4711\n");
  EXPECT_EQ(text.pid, 4711);
  EXPECT_TRUE(text.ends_with_newline);
  EXPECT_FALSE(text.has_more);
}

TEST(ParsePidText, TakesTheFirstWordWhereThereIsMore) {
  const PidText text = parse_pid_text("4711\n/var/lib/db\n1700000000\n");
  EXPECT_EQ(text.pid, 4711);
  EXPECT_TRUE(text.has_more);
}

TEST(ParsePidText, SeesThatTheNewlineIsMissing) {
  EXPECT_EQ(parse_pid_text("4711").pid, 4711);
  EXPECT_FALSE(parse_pid_text("4711").ends_with_newline);
}

TEST(ParsePidText, TakesNothingElseForAPid) {
  using namespace std::string_view_literals;
  for (const std::string_view bytes : {""sv, "\n"sv, "0\n"sv, "-1\n"sv, "12x\n"sv, "pid 7\n"sv,
                                       "99999999999999999999\n"sv, "\0\0\0"sv}) {
    EXPECT_FALSE(parse_pid_text(bytes).pid) << in_quotes(bytes);
  }
}

TEST(InQuotes, ShowsWhatCannotBePrinted) {
  EXPECT_EQ(in_quotes("4\n\t\"\\"), R"("4\n\x09\"\\")");
  EXPECT_LT(in_quotes(std::string(1000, 'x')).size(), 100U);
}

TEST(HexDump, ShowsBytesAndText) {
  EXPECT_THAT(hex_dump("41\n"),
              ElementsAre("00000000  34 31 0a                                         |41.|"));
  EXPECT_THAT(hex_dump(""), SizeIs(0));
  EXPECT_THAT(hex_dump(std::string(1000, 'x')), SizeIs(9));
}

PidFile file_of(std::uint64_t inode, const std::string& bytes) {
  PidFile file;
  file.device = 1;
  file.inode = inode;
  file.mode = S_IFREG | 0644;
  file.bytes = bytes;
  file.size = bytes.size();
  return file;
}

TEST(DescribeChange, IsEmptyWhereNothingChanged) {
  PidFile touched = file_of(7, "41\n");
  touched.modified.tv_sec = 99;
  EXPECT_EQ(describe_change(file_of(7, "41\n"), touched), "");
  EXPECT_EQ(describe_change({}, {}), "");
}

TEST(DescribeChange, NamesWhatChanged) {
  const PidFile before = file_of(7, "41\n");
  EXPECT_EQ(describe_change(before, file_of(7, "")), R"(3 bytes "41\n" became 0 bytes "")");
  EXPECT_THAT(describe_change(before, file_of(8, "41\n")), HasSubstr("replaced: inode 7"));
  EXPECT_THAT(describe_change(before, {}), HasSubstr("removed, was inode 7"));
  PidFile opened = before;
  opened.mode = S_IFREG | 0666;
  EXPECT_EQ(describe_change(before, opened), "mode 0644 of 0:0 became 0666 of 0:0");
}

TEST(SaysWhoRuns, FindsThePidOfTheHolderAsAWholeNumber) {
  EXPECT_TRUE(says_who_runs("d: pid 471 has it", 471));
  EXPECT_TRUE(says_who_runs("471", 471));
  EXPECT_FALSE(says_who_runs("d: cannot do 4711 or 1471", 471));
}

TEST(SaysWhoRuns, FindsTheWordsThatDaemonsUse) {
  for (const char* line :
       {"Daemon is already RUNNING", "cannot lock d.pid", "Address already in use",
        "another instance", "Resource temporarily unavailable", "File exists"}) {
    EXPECT_TRUE(says_who_runs(line, 1)) << line;
  }
  EXPECT_FALSE(says_who_runs("no such file", 1));
  EXPECT_FALSE(says_who_runs("", 1));
}

TEST(LockChecks, AreExplainedAndNamedOnce) {
  std::set<std::string_view> ids, letters;
  for (const Check& check : lock_checks()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id;
    EXPECT_TRUE(letters.insert(check.letter).second) << check.letter;
    EXPECT_TRUE(check.id.starts_with("lock.")) << check.id;
    EXPECT_TRUE(check.needs.pid_file) << check.id;
    EXPECT_NE(check.run, nullptr) << check.id;
    const Explanation& text = check.explanation;
    for (const std::string_view field :
         {text.title, text.what, text.how, text.why, text.source, text.false_alarms, text.cure}) {
      EXPECT_FALSE(field.empty()) << check.id;
    }
  }
  EXPECT_GE(ids.size(), 15U);
}

}  // namespace
}  // namespace watertight::rehearsals
