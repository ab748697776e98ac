// SPDX-License-Identifier: Apache-2.0
#include "report/progress.h"

#include "report/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace watertight::report {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Progress stressing() {
  Progress progress;
  progress.phase = "stressing";
  progress.round = 12;
  progress.operations = 40960;
  progress.failed_operations = 3;
  progress.operations_per_second = 9812.4;
  progress.seconds_left = 41.2;
  progress.resources = {{"growth.fds", "suspect", 1036, 1, "fd"},
                        {"growth.rss", "measuring", 3565158, 0.2, "byte"},
                        {"growth.threads", "pass", 4, 0, "thread"}};
  return progress;
}

TerminalStyle plain(unsigned columns) {
  TerminalStyle style;
  style.columns = columns;
  style.is_utf8 = true;
  return style;
}

TEST(DrawProgress, ShowsTheRunAtAGlance) {
  EXPECT_THAT(
      draw_progress(stressing(), plain(100)),
      ElementsAre("stressing · round 12 · 40 960 operations · 9 812/s · 3 failed · 42 s left",
                  "! growth.fds      1 036 fds  1 fd per operation      suspect",
                  "· growth.rss      3.4 MiB    1 byte in 5 operations  measuring",
                  "✓ growth.threads  4 threads  steady                  pass"));
}

TEST(DrawProgress, LeavesOutWhatIsNotKnown) {
  Progress progress;
  progress.phase = "launching";
  EXPECT_THAT(draw_progress(progress, plain(80)), ElementsAre("launching"));
}

TEST(DrawProgress, FitsEveryTerminal) {
  Progress progress = stressing();
  progress.phase = "start\x1B[2Jing 日本語";
  for (bool is_utf8 : {true, false}) {
    for (unsigned columns = 1; columns < 120; ++columns) {
      for (unsigned rows = 1; rows < 8; ++rows) {
        TerminalStyle style = plain(columns);
        style.rows = rows;
        style.is_utf8 = is_utf8;
        const auto lines = draw_progress(progress, style);
        EXPECT_LT(lines.size(), rows);
        for (const std::string& line : lines) EXPECT_LE(display_width(line), columns) << line;
      }
    }
  }
}

TEST(DrawProgress, SaysHowManyRowsAreMissing) {
  TerminalStyle style = plain(80);
  style.rows = 4;
  const auto lines = draw_progress(stressing(), style);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines.back(), "  and 2 more");
}

// A LiveProgress whose clock the test turns.
struct Screen {
  std::ostringstream out;
  posix::Clock::time_point now{};

  std::string taken() {
    std::string text = out.str();
    out.str("");
    return text;
  }
};

TEST(LiveProgress, DrawsAtMostTenTimesASecond) {
  Screen screen;
  LiveProgress live(screen.out, plain(80), true, {}, [&] { return screen.now; });
  live.on_progress(stressing());
  EXPECT_THAT(screen.taken(), HasSubstr("growth.fds"));
  screen.now += 99ms;
  live.on_progress(stressing());
  EXPECT_EQ(screen.taken(), "");
  screen.now += 1ms;
  live.on_progress(stressing());
  EXPECT_THAT(screen.taken(), HasSubstr("growth.fds"));
}

TEST(LiveProgress, ShowsANewPhaseAtOnce) {
  Screen screen;
  LiveProgress live(screen.out, plain(80), true, {}, [&] { return screen.now; });
  Progress progress = stressing();
  live.on_progress(progress);
  screen.taken();
  progress.phase = "stopping";
  live.on_progress(progress);
  EXPECT_THAT(screen.taken(), HasSubstr("stopping"));
}

TEST(LiveProgress, RedrawsInPlaceAndLeavesNothingBehind) {
  Screen screen;
  {
    LiveProgress live(screen.out, plain(80), true, {}, [&] { return screen.now; });
    live.on_progress(stressing());
    screen.taken();
    screen.now += 1s;
    live.on_progress(stressing());
    EXPECT_THAT(screen.taken(), testing::StartsWith("\r\x1B[4A"));
  }
  EXPECT_EQ(screen.taken(), "\r\x1B[4A\x1B[J");
}

TEST(LiveProgress, ClearsOnce) {
  Screen screen;
  {
    LiveProgress live(screen.out, plain(80), true, {}, [&] { return screen.now; });
    live.on_progress(stressing());
    live.clear();
    screen.taken();
  }
  EXPECT_EQ(screen.taken(), "");
}

TEST(LiveProgress, PrintsNothingOffATerminal) {
  Screen screen;
  {
    LiveProgress live(screen.out, plain(80), false);
    live.on_progress(stressing());
  }
  EXPECT_EQ(screen.taken(), "");
}

TEST(LiveProgress, PassesTheInterruptionOn) {
  Screen screen;
  LiveProgress asked(screen.out, plain(80), false, [] { return 15; });
  LiveProgress unasked(screen.out, plain(80), false);
  EXPECT_EQ(asked.interrupted(), 15);
  EXPECT_EQ(unasked.interrupted(), 0);
}

}  // namespace
}  // namespace watertight::report
