// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace watertight::cli {
namespace {

using run::Ability;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::vector<Ability> a_machine() {
  using Weight = Ability::Weight;
  return {{"kernel", Weight::kEssential, true, "Linux 6.2", ""},
          {"launch", Weight::kEssential, true, "a process was started", ""},
          {"agent", Weight::kMore, true, "counts", ""},
          {"ptrace", Weight::kMore, true, "lets us look", ""},
          {"root", Weight::kMore, true, "may make namespaces", ""}};
}

std::vector<run::CheckDescription> some_checks() {
  std::vector<run::CheckDescription> checks(4);
  checks[0].id = "growth.heap";
  checks[1].id = "shutdown.idle";
  checks[2] = {.id = "shutdown.lost_signal", .letter = "", .tier = 2, .explanation = {}};
  checks[3] = {.id = "limits.enospc", .letter = "", .tier = 3, .explanation = {}};
  return checks;
}

/// The page about a machine where something is missing.
std::string page_without(std::string_view name, bool& is_well) {
  std::vector<Ability> abilities = a_machine();
  for (Ability& ability : abilities)
    if (ability.name == name) {
      ability.is_there = false;
      ability.found = "not here";
      ability.remedy = "do something";
    }
  std::ostringstream out;
  is_well = write_diagnosis(abilities, some_checks(), out, {.is_utf8 = true});
  return out.str();
}

TEST(Doctor, IsWellWhereEverythingWorks) {
  bool is_well = false;
  const std::string page = page_without("", is_well);
  EXPECT_TRUE(is_well);
  EXPECT_THAT(page, AllOf(HasSubstr("READY"), HasSubstr("with ptrace(2)"),
                          Not(HasSubstr("to enable")), Not(HasSubstr("not applicable"))));
}

TEST(Doctor, NamesTheChecksThatMissSomethingAndTheRemedy) {
  bool is_well = false;
  const std::string page = page_without("ptrace", is_well);
  EXPECT_TRUE(is_well);
  EXPECT_THAT(page, AllOf(HasSubstr("to enable: do something"), HasSubstr("shutdown.lost_signal"),
                          Not(HasSubstr("limits.enospc")), Not(HasSubstr("growth.heap"))));
  EXPECT_THAT(page_without("root", is_well), HasSubstr("limits.enospc"));
  EXPECT_THAT(page_without("agent", is_well), HasSubstr("growth.heap needs the agent"));
}

TEST(Doctor, IsNotWellWithoutWhatIsEssential) {
  bool is_well = true;
  EXPECT_THAT(page_without("launch", is_well), HasSubstr("NOT READY"));
  EXPECT_FALSE(is_well);
}

TEST(Doctor, TakesNoArguments) { EXPECT_THROW(run_doctor({"--all"}), ScenarioError); }

}  // namespace
}  // namespace watertight::cli
