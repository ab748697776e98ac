// SPDX-License-Identifier: Apache-2.0
#include "cli/explain.h"

#include "run/catalogue.h"
#include "run/explanations.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace watertight::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string explained(const std::vector<std::string>& globs) {
  std::ostringstream out;
  write_explanations(globs, out, {.is_utf8 = true});
  return out.str();
}

TEST(Explanations, AreThereForEveryCheckAndComplete) {
  std::vector<std::string> ids;
  for (const run::CheckDescription& check : run::describe_checks()) {
    ids.push_back(check.id);
    const rehearsals::Explanation& text = check.explanation;
    for (const std::string_view sentence :
         {text.what, text.how, text.why, text.false_alarms, text.cure})
      EXPECT_THAT(std::string(sentence), AllOf(EndsWith("."), Not(HasSubstr("  ")))) << check.id;
    EXPECT_GT(text.title.size(), 10u) << check.id;
    EXPECT_LE(text.title.size(), 80u) << check.id;
    EXPECT_FALSE(text.title.ends_with(".")) << check.id;
    EXPECT_FALSE(text.source.empty()) << check.id;
    EXPECT_TRUE(check.tier >= 1 && check.tier <= 4) << check.id;
  }
  EXPECT_EQ(ids, run::all_check_ids());
}

TEST(Explain, ListsEveryCheckWithItsTitle) {
  const std::string list = explained({});
  for (const run::CheckDescription& check : run::describe_checks()) {
    EXPECT_THAT(list, HasSubstr(check.id + " ")) << check.id;
    EXPECT_THAT(list, HasSubstr(std::string(check.explanation.title.substr(0, 20)))) << check.id;
  }
}

TEST(Explain, TellsWhatHowWhyAndTheCure) {
  const std::string text = explained({"growth.fds"});
  EXPECT_THAT(text, testing::StartsWith("growth.fds  open file descriptors"));
  for (const char* label : {"What", "How", "Why", "False alarms", "Cure", "Source"})
    EXPECT_THAT(text, HasSubstr(std::string("\n  ") + label + " ")) << label;
  EXPECT_THAT(text, AllOf(HasSubstr("EMFILE"), HasSubstr("Severity      fail"),
                          HasSubstr("Letter        R01")));
}

TEST(Explain, TakesGlobsAndTellsEachCheckOnce) {
  const std::string text = explained({"growth.f*", "growth.fds"});
  EXPECT_THAT(text, HasSubstr("growth.files  "));
  EXPECT_THAT(text, Not(HasSubstr("growth.rss  ")));
  EXPECT_EQ(text.find("growth.fds  "), text.rfind("growth.fds  "));
}

TEST(Explain, RejectsAnUnknownIdAndNamesTheNearest) {
  try {
    explained({"growth.fds", "shutdown.idel"});
    FAIL() << "accepted";
  } catch (const ScenarioError& error) {
    EXPECT_STREQ(error.what(),
                 "shutdown.idel: no check has this id; did you mean `shutdown.idle`?");
  }
}

TEST(Explain, RejectsOptions) { EXPECT_THROW(run_explain({"--all"}), ScenarioError); }

}  // namespace
}  // namespace watertight::cli
