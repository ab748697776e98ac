// SPDX-License-Identifier: Apache-2.0
#include "probe/heap_watch.h"

#include "posix/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace watertight::probe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kSite = kWatertightAgentKinds;

/// An area, and what agents would write there.
class HeapWatchTest : public testing::Test {
 protected:
  HeapWatchTest() {
    const auto file = posix::open_file(path_, O_RDWR);
    bytes_ = sizeof(WatertightAgentArea) + 2 * sizeof(WatertightAgentSlot);
    memory_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  }
  ~HeapWatchTest() override {
    ::munmap(memory_, bytes_);
    std::filesystem::remove(path_);
  }

  WatertightAgentSlot& slot(int index) {
    auto* first = static_cast<char*>(memory_) + sizeof(WatertightAgentArea);
    return reinterpret_cast<WatertightAgentSlot*>(first)[index];
  }

  /// The agent of a process begins to count.
  WatertightAgentSlot& join(int index, pid_t pid) {
    WatertightAgentSlot& mine = slot(index);
    mine.sites[kSite].kind = kWatertightAgentHeap;
    mine.site_count = kSite + 1;
    mine.ready = static_cast<std::uint64_t>(pid);
    static_cast<WatertightAgentArea*>(memory_)->owners[index] = mine.ready;
    return mine;
  }

  static void hold(WatertightAgentSlot& mine, std::int64_t blocks) {
    mine.counters[0][kSite] = {64 * blocks, blocks};
  }

  const std::string path_ = testing::TempDir() + "heap_watch_test." + std::to_string(::getpid());
  AgentArea area_{path_, {.slots = 2}};
  HeapWatch watch_{area_};
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

TEST_F(HeapWatchTest, AddsUpWhatTheProcessesHold) {
  hold(join(0, 71), 3);
  hold(join(1, 72), 2);
  EXPECT_EQ(watch_.look({71, 72}), (AgentCount{5, 320}));
  hold(slot(1), 6);
  watch_.look({71, 72});
  EXPECT_EQ(watch_.grown(), (AgentCount{4, 256}));
}

TEST_F(HeapWatchTest, GivesNothingWhereTheAgentCountsNowhere) {
  EXPECT_EQ(watch_.look({71}), std::nullopt);
}

TEST_F(HeapWatchTest, TellsAProcessThatStaysUncounted) {
  join(0, 71);
  watch_.look({71, 72});
  EXPECT_THAT(watch_.uncounted(), IsEmpty());  // It may have just begun.
  watch_.look({71, 72});
  EXPECT_THAT(watch_.uncounted(), ElementsAre(72));
}

TEST_F(HeapWatchTest, DoesNotMindAProcessThatJoinsLater) {
  join(0, 71);
  watch_.look({71, 72});
  join(1, 72);
  watch_.look({71, 72});
  watch_.look({71, 72});
  EXPECT_THAT(watch_.uncounted(), IsEmpty());
}

TEST_F(HeapWatchTest, CountsWhatIsMissedFromTheFirstLookOn) {
  join(0, 71).missed_blocks = 5;
  watch_.look({71});
  EXPECT_EQ(watch_.missed(), 0u);
  slot(0).missed_blocks = 8;
  watch_.look({71});
  EXPECT_EQ(watch_.missed(), 3u);
  join(1, 72).missed_blocks = 2;  // Since the first look it came, and missed them.
  watch_.look({71, 72});
  watch_.look({72});
  EXPECT_EQ(watch_.missed(), 5u);
}

TEST_F(HeapWatchTest, DoesNotMindWhatElseIsMissed) {
  join(0, 71);
  watch_.look({71});
  slot(0).missed = 9;
  watch_.look({71});
  EXPECT_EQ(watch_.missed(), 0u);
}

}  // namespace
}  // namespace watertight::probe
