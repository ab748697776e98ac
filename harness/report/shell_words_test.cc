// SPDX-License-Identifier: Apache-2.0
#include "report/shell_words.h"

#include <gtest/gtest.h>

namespace watertight::report {
namespace {

TEST(ShellWords, LeavesPlainWordsAlone) {
  EXPECT_EQ(shell_words({"./d", "--port={port}", "-v", "a@b:1,2", "{state}/d.pid"}),
            "./d --port={port} -v a@b:1,2 '{state}/d.pid'");
}

TEST(ShellWords, QuotesWhatTheShellWouldTake) {
  EXPECT_EQ(shell_words({"", "a b", "$HOME", "it's", "*", "{a,b}"}),
            R"('' 'a b' '$HOME' 'it'\''s' '*' '{a,b}')");
}

TEST(ShellWords, SpellsOutWhatCannotBeTyped) {
  EXPECT_EQ(shell_words({"a\n\x1B[2J\\'"}), R"($'a\x0A\x1B[2J\\\'')");
}

}  // namespace
}  // namespace watertight::report
