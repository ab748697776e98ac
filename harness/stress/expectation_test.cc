// SPDX-License-Identifier: Apache-2.0
#include "stress/expectation.h"

#include <gtest/gtest.h>
#include <watertight/error.h>

namespace watertight::stress {
namespace {

TEST(Expectation, NamesABadExpression) {
  try {
    Expectation("(");
    FAIL() << "no error";
  } catch (const ScenarioError& error) {
    EXPECT_NE(std::string(error.what()).find("`(`"), std::string::npos) << error.what();
  }
}

TEST(Answer, IsAnythingWhereNothingIsExpected) {
  const Expectation any("");
  Answer answer;
  EXPECT_FALSE(answer.take("", any));
  EXPECT_TRUE(answer.take("x", any));
}

TEST(Answer, IsPutTogetherFromItsPieces) {
  const Expectation expectation("^VALUE \\d+\r\n");
  Answer answer;
  EXPECT_FALSE(answer.take("VAL", expectation));
  EXPECT_FALSE(answer.take("UE 12", expectation));
  EXPECT_TRUE(answer.take("3\r\n", expectation));
  EXPECT_TRUE(answer.take("and more", expectation));
}

TEST(Answer, IsFoundWhereverItStandsInALongText) {
  const Expectation expectation("a+END");
  for (const std::size_t length : {1u, 1023u, 1024u, 2045u, 2046u, 2048u, 3071u, 100'000u}) {
    Answer answer;
    EXPECT_FALSE(answer.take(std::string(length, 'b') + "aaa", expectation)) << length;
    EXPECT_TRUE(answer.take("END", expectation)) << length;
  }
}

TEST(Answer, DoesNotTakeTheMiddleForTheBeginning) {
  const Expectation expectation("^b");
  Answer answer;
  EXPECT_FALSE(answer.take("a" + std::string(50'000, 'b'), expectation));
}

TEST(Answer, OfAnyLengthDoesNotOverflowTheStack) {
  const Expectation expectation("^(a|b)*END");  // With `^` only one deep look, not one a byte.
  Answer answer;
  EXPECT_FALSE(answer.take(std::string(100'000, 'a'), expectation));
  answer.start_over();
  EXPECT_TRUE(answer.take(std::string(1000, 'a') + "END", expectation));
}

TEST(Answer, IsForgottenWithTheNextOperation) {
  const Expectation expectation("ab");
  Answer answer;
  EXPECT_FALSE(answer.take("a", expectation));
  answer.start_over();
  EXPECT_FALSE(answer.take("b", expectation));
  EXPECT_TRUE(answer.take("ab", expectation));
  answer.start_over();
  EXPECT_FALSE(answer.is_good());
}

TEST(Answer, ShowsItsEndToPeople) {
  const Expectation expectation("never");
  Answer answer;
  answer.take("-ERR\r\n\x01", expectation);
  EXPECT_EQ(answer.excerpt(), "-ERR\\r\\n\\x01");
  answer.take(std::string(500, 'x'), expectation);
  EXPECT_LT(answer.excerpt().size(), 100u);
}

}  // namespace
}  // namespace watertight::stress
