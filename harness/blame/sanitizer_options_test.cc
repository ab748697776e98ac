// SPDX-License-Identifier: Apache-2.0
#include "blame/sanitizer_options.h"

#include <gtest/gtest.h>

namespace watertight::blame {
namespace {

TEST(SanitizerOptions, AreReadAsTheSanitizersDo) {
  EXPECT_EQ(find_option("a=1:log_path=/x", "log_path"), "/x");
  EXPECT_EQ(find_option("a=1 b='x y:z',c=\"3\"\nd=4", "b"), "x y:z");
  EXPECT_EQ(find_option("a=1 b='x y:z',c=\"3\"\nd=4", "c"), "3");
  EXPECT_EQ(find_option("a=1 b='x y:z',c=\"3\"\nd=4", "d"), "4");
  EXPECT_EQ(find_option("a=1:a=2", "a"), "2") << "the last one counts";
  EXPECT_EQ(find_option("a='open", "a"), "open");
  EXPECT_EQ(find_option("a=", "a"), "");
  EXPECT_FALSE(find_option("", "a"));
  EXPECT_FALSE(find_option("ab=1:nonsense", "a"));
}

TEST(SanitizerOptions, OfTheUserAreNeverOverwritten) {
  EXPECT_EQ(merge_options("", {{"log_path", "/run/a"}}), "log_path=/run/a");
  EXPECT_EQ(merge_options("log_path=/mine:x=1", {{"log_path", "/run/a"}, {"y", "2"}}),
            "log_path=/mine:x=1:y=2");
  EXPECT_EQ(merge_options("x=1", {{"log_path", "/a b"}}), "x=1:log_path='/a b'");
}

TEST(SanitizerOptions, StartFromTheScenarioThenFromTheOuterEnvironment) {
  std::map<std::string, std::string> environment = {{"ASAN_OPTIONS", "detect_leaks=0"}};
  set_sanitizer_options(environment,
                        {{"ASAN_OPTIONS", "verbosity=1"}, {"TSAN_OPTIONS", "exitcode=3"}}, "/l");
  EXPECT_EQ(environment["ASAN_OPTIONS"], "detect_leaks=0:log_path=/l:quarantine_size_mb=1");
  EXPECT_EQ(environment["TSAN_OPTIONS"], "exitcode=3:halt_on_error=0:log_path=/l");
  EXPECT_EQ(environment["LSAN_OPTIONS"], "log_path=/l");
  EXPECT_EQ(environment["UBSAN_OPTIONS"], "log_path=/l:print_stacktrace=1");
}

}  // namespace
}  // namespace watertight::blame
