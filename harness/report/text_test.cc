// SPDX-License-Identifier: Apache-2.0
#include "report/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace watertight::report {
namespace {

using testing::ElementsAre;
using namespace std::string_literals;

TEST(Printable, KeepsWhatPeopleWrite) {
  EXPECT_EQ(printable("plain, Grüße, ±, 日本, 🙂"), "plain, Grüße, ±, 日本, 🙂");
}

TEST(Printable, RemovesEscapeSequencesWhole) {
  EXPECT_EQ(printable("a\x1B[31;1mred\x1B[0mb"), "aredb");
  EXPECT_EQ(printable("a\x1B[2J\x1B[?25lb"), "ab");
  EXPECT_EQ(printable("a\x1B]0;title\ab"), "ab");
  EXPECT_EQ(printable("a\x1B]8;;http://x\x1B\\b"), "ab");
  EXPECT_EQ(printable("a\x1BPq#0;2;0;0;0\x1B\\b"), "ab");
  EXPECT_EQ(printable("a\x1B(Bb\x1B"
                      "7c"),
            "abc");
  EXPECT_EQ(printable("a\xC2\x9B"
                      "31mb"),
            "ab");
  EXPECT_EQ(printable("a\xC2\x9D"
                      "0;title\xC2\x9C"
                      "b"),
            "ab");
}

TEST(Printable, HidesNothingBehindAnUnfinishedSequence) {
  EXPECT_EQ(printable("a\x1B]0;the rest is evidence"), "a0;the rest is evidence");
  EXPECT_EQ(printable("a\x1B[31"), "a31");
  EXPECT_EQ(printable("a\x1B"), "a");
  EXPECT_EQ(printable("\x1B\x1B[31mb"), "b");
}

TEST(Printable, RemovesControlCharacters) {
  EXPECT_EQ(printable("a\b\a\x7F"s + '\0' + "b\xC2\x85" + "c"), "abc");
  EXPECT_EQ(printable("a\tb\r\nc"), "a b  c");
}

TEST(Printable, RemovesWhatDeceivesTheEye) {
  EXPECT_EQ(printable("a\u202Eb\u2066c\u200Bd\uFEFFe\u2028f"), "abcdef");
  EXPECT_EQ(printable("a\xEF\xBF\xBE\xEF\xBF\xBF"
                      "b"),
            "ab");  // U+FFFE, U+FFFF
}

TEST(Printable, ReplacesInvalidUtf8) {
  EXPECT_EQ(printable("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(printable("\xC0\xAF"), "\uFFFD\uFFFD");                 // overlong
  EXPECT_EQ(printable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");       // surrogate
  EXPECT_EQ(printable("\xF4\x90\x80\x80").substr(0, 3), "\uFFFD");  // beyond U+10FFFF
  EXPECT_EQ(printable("\xE2\x82"), "\uFFFD\uFFFD");                 // cut short
}

TEST(Printable, LeavesNoControlCharacterOfAnyNoise) {
  std::minstd_rand random(20240611);
  constexpr std::string_view kNasty = "\x1B\x1B\x9B\xC2\x9D[]P\\;m\a\x7F\xE2\x80\xAE\xFFq3";
  for (int i = 0; i < 5000; ++i) {
    std::string noise;
    for (unsigned n = random() % 24; n > 0; --n) {
      noise += random() % 4 == 0 ? static_cast<char>(random()) : kNasty[random() % kNasty.size()];
    }
    const std::string clean = printable(noise);
    for (std::size_t at = 0; at < clean.size(); ++at) {
      const auto byte = static_cast<unsigned char>(clean[at]);
      ASSERT_TRUE(byte >= 0x20 && byte != 0x7F) << testing::PrintToString(noise);
      ASSERT_FALSE(byte == 0xC2 && static_cast<unsigned char>(clean[at + 1]) < 0xA0)
          << testing::PrintToString(noise);
    }
    EXPECT_EQ(printable(clean), clean);
  }
}

TEST(ToAscii, FindsALikeness) {
  EXPECT_EQ(to_ascii("48.0 ± 0.1 µs … “x” – 日"), "48.0 +/- 0.1 us ... \"x\" - ?");
}

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("Grüße"), 5u);
  EXPECT_EQ(display_width("日本"), 4u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
}

TEST(Wrap, BreaksBetweenWords) {
  EXPECT_THAT(wrap("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("", 8), ElementsAre(""));
}

TEST(Wrap, KeepsTheSpacesOfATextThatFits) {
  EXPECT_THAT(wrap("  fds   12", 10), ElementsAre("  fds   12"));
}

TEST(Wrap, KeepsQuantitiesWhole) {
  EXPECT_THAT(wrap("needs 40 000 more", 9), ElementsAre("needs", "40 000", "more"));
  EXPECT_THAT(wrap("within 5 s; then", 9), ElementsAre("within", "5 s; then"));
  EXPECT_THAT(wrap("see 5 operations", 10), ElementsAre("see 5", "operations"));
}

TEST(Wrap, CutsAWordThatIsTooLong) {
  EXPECT_THAT(wrap("a 0123456789", 4), ElementsAre("a", "0123", "4567", "89"));
  EXPECT_THAT(wrap("日本語", 4), ElementsAre("日本", "語"));
  EXPECT_THAT(wrap("日本", 0), ElementsAre("日", "本"));
}

TEST(Shorten, EndsInTheEllipsis) {
  EXPECT_EQ(shorten("abcdef", 6, "…"), "abcdef");
  EXPECT_EQ(shorten("abcdef", 5, "…"), "abcd…");
  EXPECT_EQ(shorten("日本語", 5, "…"), "日本…");
  EXPECT_EQ(shorten("abc", 2, "..."), "ab");
}

TEST(SplitLines, TakesLineEndsAway) {
  EXPECT_THAT(split_lines("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_TRUE(split_lines("").empty());
}

}  // namespace
}  // namespace watertight::report
