// SPDX-License-Identifier: Apache-2.0
#include "blame/sanitizer.h"

#include "blame/test_leaks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::blame {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Leak built(const std::string& daemon, const std::string& resource) {
  return {WATERTIGHT_BLAME_TESTDATA "/" + daemon, resource};
}

Answer ask(const Leak& leak) {
  Sanitizer sanitizer;
  return answer_of(sanitizer, leak);
}

TEST(SanitizerBackend, NamesWhoLostMemory) {
  Leak leak = built("heap_malloc_without_free_address", "rss");
  leak.function = "copy_line";
  leak.source = "heap_malloc_without_free.c";
  leak.call = "malloc(bytes)";
  expect_culprit_first(ask(leak), leak);
}

TEST(SanitizerBackend, NamesWhoMadeThreads) {
  Leak leak = built("thread_not_joined_thread", "unjoined_threads");
  leak.function = "on_line";
  leak.source = "thread_not_joined.c";
  leak.call = "pthread_create(";
  expect_culprit_first(ask(leak), leak);
}

TEST(SanitizerBackend, SaysWhatItCannotSee) {
  const Answer answer = ask(built("heap_growing_list_address", "heap"));
  EXPECT_THAT(answer.blame, IsEmpty());
  EXPECT_THAT(answer.remarks, ElementsAre(HasSubstr("nothing refers to any more")));
}

TEST(SanitizerBackend, RefusesADaemonWithoutASanitizer) {
  Scenario scenario;
  scenario.command = {WATERTIGHT_SAMPLE_DAEMONS "/accept_close", "{port}"};
  const auto refusal = Sanitizer().prepare(scenario);
  ASSERT_TRUE(refusal);
  EXPECT_THAT(*refusal, HasSubstr("-fsanitize=address"));
  EXPECT_THAT(scenario.environment, IsEmpty());
}

}  // namespace
}  // namespace watertight::blame
