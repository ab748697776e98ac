// SPDX-License-Identifier: Apache-2.0
#include "report/markup.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace watertight::report {
namespace {

TEST(Markup, TurnsWhatHtmlReadsIntoReferences) {
  EXPECT_EQ(markup("<b a='1' c=\"2\">&amp;"), "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;");
}

TEST(Markup, DropsWhatDeceivesTheReader) {
  EXPECT_EQ(markup("\x1B[31mred\x1B[0m \u202Efdp\u2028"), "red fdp");
}

TEST(ScriptJson, CannotEndTheScript) {
  EXPECT_EQ(script_json({{"a", "</script><!--"}}), R"({"a":"\u003c/script>\u003c!--"})");
}

// U+2028 ends a line of a script; in ASCII it cannot.
TEST(ScriptJson, IsAscii) {
  EXPECT_EQ(script_json({{"a", "\u2028\u2029ä\xFF"}}), R"({"a":"\u2028\u2029\u00e4\ufffd"})");
}

}  // namespace
}  // namespace watertight::report
