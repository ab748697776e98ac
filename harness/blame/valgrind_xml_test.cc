// SPDX-License-Identifier: Apache-2.0
#include "blame/valgrind_xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace watertight::blame {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

/// As Valgrind writes it, the preamble shortened.
std::string report(int protocol, const std::string& body, bool is_finished = true) {
  return "<?xml version=\"1.0\"?>\n\n<valgrindoutput>\n\n<protocolversion>" +
         std::to_string(protocol) +
         "</protocolversion>\n<protocoltool>memcheck</protocoltool>\n"
         "<status>\n  <state>RUNNING</state>\n  <time>00:00:00:00.023 </time>\n</status>\n" +
         body +
         (is_finished ? "<status>\n  <state>FINISHED</state>\n</status>\n"
                        "<errorcounts>\n</errorcounts>\n</valgrindoutput>\n"
                      : "");
}

// Recorded with Valgrind 3.19.
const std::string kLeak = R"(<error>
  <unique>0x3</unique>
  <tid>1</tid>
  <kind>Leak_DefinitelyLost</kind>
  <xwhat>
    <text>704 bytes in 11 blocks are definitely lost in loss record 2 of 2</text>
    <leakedbytes>704</leakedbytes>
    <leakedblocks>11</leakedblocks>
  </xwhat>
  <stack>
    <frame>
      <ip>0x48417B4</ip>
      <obj>/usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so</obj>
      <fn>malloc</fn>
    </frame>
    <frame>
      <ip>0x10B400</ip>
      <obj>/work/sample_daemons/heap_malloc_without_free</obj>
      <fn>copy_line</fn>
      <dir>/work/sample_daemons</dir>
      <file>heap_malloc_without_free.c</file>
      <line>14</line>
    </frame>
  </stack>
</error>
)";

const std::string kInvalidRead = R"(<error>
  <unique>0x1</unique>
  <tid>1</tid>
  <kind>InvalidRead</kind>
  <what>Invalid read of size 4</what>
  <stack>
    <frame>
      <ip>0x10B500</ip>
      <obj>/bin/d</obj>
      <fn>peek</fn>
    </frame>
  </stack>
  <auxwhat>Address 0x4a4c040 is 0 bytes inside a block of size 4 free'd</auxwhat>
  <stack>
    <frame>
      <ip>0x484217B</ip>
      <fn>free</fn>
    </frame>
  </stack>
</error>
)";

// As protocol 5 describes it, and Valgrind 3.23 writes it.
const std::string kDescriptor = R"(<error>
  <unique>0x2</unique>
  <tid>1</tid>
  <kind>FdNotClosed</kind>
  <fd>5</fd>
  <path>/tmp/data.log</path>
  <what>File descriptor 5: /tmp/data.log is still open at exit</what>
  <stack>
    <frame>
      <ip>0x4959D30</ip>
      <obj>/usr/lib/libc.so.6</obj>
      <fn>open</fn>
    </frame>
    <frame>
      <ip>0x10B401</ip>
      <obj>/bin/d</obj>
      <fn>write_log</fn>
    </frame>
  </stack>
</error>
)";

const std::string kBareStack = R"(<stack>
    <frame>
      <ip>0x4967DC7</ip>
      <obj>/usr/lib/x86_64-linux-gnu/libc.so.6</obj>
      <fn>socket</fn>
    </frame>
  </stack>
)";

class Protocol : public testing::TestWithParam<int> {};

TEST_P(Protocol, GivesLeaksWithTheirStacks) {
  const auto read = parse_valgrind_xml(report(GetParam(), kLeak + kInvalidRead));
  EXPECT_EQ(read.protocol, GetParam());
  EXPECT_TRUE(read.is_complete);
  ASSERT_THAT(read.findings, SizeIs(2));
  const Finding& leak = read.findings[0];
  EXPECT_EQ(leak.kind, Finding::Kind::kLeak);
  EXPECT_EQ(leak.tool_kind, "Leak_DefinitelyLost");
  EXPECT_EQ(leak.bytes, 704u);
  EXPECT_EQ(leak.blocks, 11u);
  ASSERT_THAT(leak.stack, SizeIs(2));
  EXPECT_EQ(leak.stack[1].function, "copy_line");
  EXPECT_EQ(leak.stack[1].file, "/work/sample_daemons/heap_malloc_without_free.c");
  EXPECT_EQ(leak.stack[1].line, 14);
  EXPECT_EQ(leak.addresses[1], 0x10B400u);
  const Finding& read_error = read.findings[1];
  EXPECT_EQ(read_error.kind, Finding::Kind::kMemory);
  EXPECT_EQ(read_error.what, "Invalid read of size 4");
  ASSERT_THAT(read_error.stack, SizeIs(1)) << "where it was read, not where it was freed";
  EXPECT_EQ(read_error.stack[0].function, "peek");
}

INSTANTIATE_TEST_SUITE_P(ValgrindXml, Protocol, testing::Values(4, 5, 6));

TEST(ValgrindXml, GivesOpenDescriptors) {
  const auto five = parse_valgrind_xml(report(5, kDescriptor));
  ASSERT_THAT(five.findings, SizeIs(1));
  EXPECT_EQ(five.findings[0].kind, Finding::Kind::kDescriptor);
  EXPECT_EQ(five.findings[0].fd, 5);
  EXPECT_EQ(five.findings[0].stack[1].function, "write_log");

  const auto four = parse_valgrind_xml(report(4, kBareStack));
  ASSERT_THAT(four.findings, SizeIs(1));
  EXPECT_EQ(four.findings[0].kind, Finding::Kind::kDescriptor);
  EXPECT_EQ(four.findings[0].fd, -1);
  EXPECT_EQ(four.findings[0].stack[0].function, "socket");
}

// Valgrind 3.26 left a tag of the summary open: https://bugs.kde.org/show_bug.cgi?id=514613
TEST(ValgrindXml, ReadsASummaryThatIsNotClosed) {
  const std::string summary =
      "<leak_summary>\n<still_reachable><bytes>0</bytes>\n</leak_summary>\n";
  EXPECT_THAT(parse_valgrind_xml(report(6, kLeak + summary)).findings, SizeIs(1));
}

TEST(ValgrindXml, GivesWhatIsWholeOfAFileThatWasCutOff) {
  const std::string whole = report(4, kInvalidRead + kLeak, false);
  const std::size_t end_of_first = whole.find("</error>") + 8;
  const std::size_t end_of_second = whole.rfind("</error>") + 8;
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const auto read = parse_valgrind_xml(whole.substr(0, length));
    EXPECT_FALSE(read.is_complete);
    EXPECT_LE(read.findings.size(), length < end_of_first    ? 0u
                                    : length < end_of_second ? 1u
                                                             : 2u)
        << length;
  }
  EXPECT_THAT(parse_valgrind_xml(whole).findings, SizeIs(2));
  EXPECT_THAT(parse_valgrind_xml(whole.substr(0, end_of_first + 20)).findings, SizeIs(1));
}

TEST(ValgrindXml, TakesAnythingElseForNoReport) {
  for (const std::string text : {"", "<", "<html></html>", "==1== Memcheck"}) {
    const auto read = parse_valgrind_xml(text);
    EXPECT_EQ(read.protocol, 0);
    EXPECT_FALSE(read.is_complete);
    EXPECT_THAT(read.findings, IsEmpty());
  }
}

}  // namespace
}  // namespace watertight::blame
