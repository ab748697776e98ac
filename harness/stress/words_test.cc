// SPDX-License-Identifier: Apache-2.0
#include "stress/pipe.h"
#include "stress/signal.h"

#include <gtest/gtest.h>
#include <watertight/error.h>

#include <csignal>

namespace watertight::stress {
namespace {

TEST(ParseSignal, TakesEveryUsualSpelling) {
  EXPECT_EQ(parse_signal("HUP"), SIGHUP);
  EXPECT_EQ(parse_signal("SIGUSR1"), SIGUSR1);
  EXPECT_EQ(parse_signal("10"), 10);
  EXPECT_EQ(parse_signal("RTMIN"), SIGRTMIN);
  EXPECT_EQ(parse_signal("SIGRTMIN+3"), SIGRTMIN + 3);
}

TEST(ParseSignal, RefusesWhatIsNone) {
  for (const char* name : {"", "HUPP", "0", "65", "-1", "RTMIN-1", "RTMIN+99", "SIG", "1x"}) {
    EXPECT_THROW(parse_signal(name), ScenarioError) << name;
  }
}

TEST(ParsePipeAnswer, TakesTheProtocolAndNothingElse) {
  const auto answer = parse_pipe_answer("done 64 failed 3");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->done, 64u);
  EXPECT_EQ(answer->failed, 3u);
  for (const char* line :
       {"", "done", "done 64", "done 64 failed", "done 64 failed 65", "done -1 failed 0",
        "done 64 failed 3 ", "Done 64 failed 3", "done 99999999999999999999 failed 0"}) {
    EXPECT_FALSE(parse_pipe_answer(line)) << line;
  }
}

}  // namespace
}  // namespace watertight::stress
