// SPDX-License-Identifier: Apache-2.0
#include "blame/sanitizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::blame {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What it names and what it cannot is in leak_table_test.cc.

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
