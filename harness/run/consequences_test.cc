// SPDX-License-Identifier: Apache-2.0
#include "run/consequences.h"

#include <gtest/gtest.h>

namespace watertight::run {
namespace {

CheckResult failed(std::string id, double per_operation) {
  CheckResult check;
  check.id = std::move(id);
  check.verdict = Verdict::kFail;
  check.rate = Rate{per_operation, per_operation, per_operation, 0, ""};
  return check;
}

TEST(Consequences, AZombieIsAlsoAChild) {
  std::vector<CheckResult> checks{failed("growth.children", 1), failed("growth.zombies", 1)};
  mark_consequences(checks);
  EXPECT_EQ(checks[0].consequence_of, "growth.zombies");
  EXPECT_FALSE(checks[1].consequence_of);
}

TEST(Consequences, AnUnjoinedThreadIsAlsoTwoMappingsAndItsPages) {
  std::vector<CheckResult> checks{failed("growth.maps", 2), failed("growth.rss", 8'300),
                                  failed("growth.unjoined_threads", 1)};
  mark_consequences(checks);
  EXPECT_EQ(checks[0].consequence_of, "growth.unjoined_threads");
  EXPECT_EQ(checks[1].consequence_of, "growth.unjoined_threads");
}

TEST(Consequences, LiveHeapIsResidentInItsAllocatorsBlocks) {
  std::vector<CheckResult> checks{failed("growth.rss", 80), failed("growth.heap", 64)};
  mark_consequences(checks);
  EXPECT_EQ(checks[0].consequence_of, "growth.heap");
  checks = {failed("growth.rss", 4'096), failed("growth.heap", 16)};
  mark_consequences(checks);
  EXPECT_FALSE(checks[0].consequence_of);
}

TEST(Consequences, MoreThanTheCauseExplainsStandsAlone) {
  std::vector<CheckResult> checks{failed("growth.close_wait", 1), failed("growth.fds", 2)};
  mark_consequences(checks);
  EXPECT_FALSE(checks[1].consequence_of);
}

TEST(Consequences, LeadToTheFirstCause) {
  std::vector<CheckResult> checks{failed("growth.zombies", 1), failed("growth.children", 1),
                                  failed("growth.fds", 3)};
  mark_consequences(checks);
  EXPECT_EQ(checks[2].consequence_of, "growth.zombies");
}

TEST(Consequences, APassExplainsNothing) {
  std::vector<CheckResult> checks{failed("growth.zombies", 1), failed("growth.children", 1)};
  checks[0].verdict = Verdict::kPass;
  mark_consequences(checks);
  EXPECT_FALSE(checks[1].consequence_of);
}

}  // namespace
}  // namespace watertight::run
