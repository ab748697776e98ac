// SPDX-License-Identifier: Apache-2.0
#include "blame/sanitizer_report.h"

#include "posix/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace watertight::blame {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Recorded from g++ 12 and clang 16; testdata/reports/leaks.c says how.
std::string recorded(const std::string& name) {
  return posix::read_file(WATERTIGHT_BLAME_SOURCES "/reports/" + name).value();
}

/// The first finding of a recorded report, and the frame that is to blame.
struct Recorded {
  const char* report;
  std::size_t findings;
  Finding::Kind kind;
  const char* what;
  const char* function;
  int line;
};

TEST(SanitizerReport, GivesKindSentenceAndCulprit) {
  using Kind = Finding::Kind;
  const Recorded table[] = {
      {"asan.gcc.leaks", 3, Kind::kLeak, "Direct leak of 64 byte(s) in 1 object(s)", "keep", 9},
      {"lsan.gcc.leaks", 2, Kind::kLeak, "Direct leak of 72 byte(s) in 2 object(s)", "keep", 9},
      {"asan.gcc.overflow", 1, Kind::kMemory, "heap-buffer-overflow", "main", 33},
      {"asan.gcc.use_after_free", 1, Kind::kMemory, "heap-use-after-free", "main", 37},
      {"ubsan.gcc.undefined", 1, Kind::kUndefined,
       "signed integer overflow: 2147483647 + 2 cannot be represented in type 'int'", "main", 40},
      {"tsan.gcc.race", 1, Kind::kRace, "data race", "work", 22},
      {"tsan.gcc.thread", 2, Kind::kRace, "data race", "main", 46},
  };
  for (const Recorded& expected : table) {
    SCOPED_TRACE(expected.report);
    const SanitizerReport report = parse_sanitizer_report(recorded(expected.report));
    EXPECT_THAT(report.could_not_look, IsEmpty());
    ASSERT_THAT(report.findings, SizeIs(expected.findings));
    const Finding& first = report.findings[0];
    EXPECT_EQ(first.kind, expected.kind);
    EXPECT_EQ(first.what, expected.what);
    const auto stack = from_the_culprit(first.stack);
    ASSERT_FALSE(stack.empty());
    EXPECT_EQ(stack[0].function, expected.function);
    EXPECT_EQ(stack[0].file, "/tmp/blamelab/san/leaks.c");
    EXPECT_EQ(stack[0].line, expected.line);
  }
}

TEST(SanitizerReport, CountsBytesAndObjects) {
  const auto findings = parse_sanitizer_report(recorded("asan.gcc.leaks")).findings;
  ASSERT_THAT(findings, SizeIs(3));
  EXPECT_EQ(findings[0].bytes, 64u);
  EXPECT_EQ(findings[0].blocks, 1u);
  EXPECT_EQ(findings[2].tool_kind, "Indirect leak");
  EXPECT_EQ(findings[2].bytes, 32u);
}

TEST(SanitizerReport, BlamesWhoMadeAThreadThatWasNotJoined) {
  for (const std::string compiler : {"gcc", "clang"}) {
    const auto findings = parse_sanitizer_report(recorded("tsan." + compiler + ".thread")).findings;
    ASSERT_THAT(findings, SizeIs(2));
    EXPECT_EQ(findings[1].kind, Finding::Kind::kThread);
    EXPECT_EQ(findings[1].what, "thread leak");
  }
  const auto similar = parse_sanitizer_report(recorded("tsan.gcc.similar_threads")).findings;
  ASSERT_THAT(similar, SizeIs(1));
  EXPECT_EQ(similar[0].blocks, 5u) << "and 4 more";
  const auto findings = parse_sanitizer_report(recorded("tsan.gcc.thread")).findings;
  EXPECT_EQ(from_the_culprit(findings[1].stack)[0].line, 45);
}

TEST(SanitizerReport, KeepsModuleAndOffsetWhereNothingWasSymbolized) {
  const auto leaks = parse_sanitizer_report(recorded("asan.clang.leaks")).findings;
  ASSERT_FALSE(leaks.empty());
  EXPECT_EQ(leaks[0].bytes, 64u);
  ASSERT_GE(leaks[0].stack.size(), 2u);
  EXPECT_EQ(leaks[0].stack[1].function, "");
  EXPECT_EQ(leaks[0].stack[1].module, "/tmp/blamelab/san/asan.clang-16");
  EXPECT_EQ(leaks[0].stack[1].offset, 0xf2dfeu);
  EXPECT_EQ(leaks[0].addresses[1], 0x55b79d2bfdfeu);

  const auto freed = parse_sanitizer_report(recorded("asan.clang.use_after_free")).findings;
  ASSERT_THAT(freed, SizeIs(1));
  EXPECT_THAT(freed[0].stack, SizeIs(4)) << "where it was used, not where it was freed";
  EXPECT_EQ(freed[0].stack[0].offset, 0xf2d38u);

  const auto undefined = parse_sanitizer_report(recorded("ubsan.clang.undefined")).findings;
  ASSERT_THAT(undefined, SizeIs(1));
  EXPECT_THAT(undefined[0].what, HasSubstr("signed integer overflow"));
}

TEST(SanitizerReport, SaysThatLeakSanitizerCouldNotLook) {
  const SanitizerReport report = parse_sanitizer_report(recorded("lsan.gcc.under_ptrace"));
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_THAT(report.could_not_look, HasSubstr("under ptrace"));
}

TEST(SanitizerReport, UnderstandsFramesOfEverySort) {
  const auto findings = parse_sanitizer_report(
                            "Direct leak of 1 byte(s) in 1 object(s) allocated from:\n"
                            "    #0 0x1 in operator new(unsigned long) (/lib/libasan.so.8+0x10)\n"
                            "    #1 0x2 in std::vector<int, std::allocator<int> >::push_back(int "
                            "const&) /a/b.h:7:12\n"
                            "    #2 0x3 in f(int) (/bin/my d+0x30) (BuildId: 00ff)\n"
                            "    #3 0x4 in g() const\n")
                            .findings;
  ASSERT_THAT(findings, SizeIs(1));
  const auto& stack = findings[0].stack;
  ASSERT_THAT(stack, SizeIs(4));
  EXPECT_EQ(stack[0].function, "operator new(unsigned long)");
  EXPECT_EQ(stack[0].module, "/lib/libasan.so.8");
  EXPECT_EQ(stack[1].function, "std::vector<int, std::allocator<int> >::push_back(int const&)");
  EXPECT_EQ(stack[1].file, "/a/b.h");
  EXPECT_EQ(stack[1].line, 7);
  EXPECT_EQ(stack[2].function, "f(int)");
  EXPECT_EQ(stack[2].module, "/bin/my d");
  EXPECT_EQ(stack[2].offset, 0x30u);
  EXPECT_EQ(stack[3].function, "g() const");
}

TEST(SanitizerReport, TakesAnyTextThatWasCutOff) {
  const std::string whole = recorded("asan.gcc.leaks");
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_LE(parse_sanitizer_report(whole.substr(0, length)).findings.size(), 3u);
  EXPECT_THAT(parse_sanitizer_report("#0\n#\n#x 0x\nDirect leak of \n").findings, IsEmpty());
}

}  // namespace
}  // namespace watertight::blame
