// SPDX-License-Identifier: Apache-2.0
#include "stress/rounds.h"

#include "posix/clock.h"
#include "stress/callable.h"
#include "stress/idle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <watertight/error.h>

#include <stdexcept>

namespace watertight::stress {
namespace {

using std::chrono::milliseconds;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::SizeIs;

const std::function<int()> kNever = [] { return 0; };

/// Writes down what it is asked for.
class Recorder final : public Driver {
 public:
  explicit Recorder(std::uint64_t cycle) : cycle_(cycle) {}
  std::uint64_t cycle() const override { return cycle_; }
  Tally perform(std::uint64_t operations, const std::function<int()>&) override {
    asked.push_back(operations);
    const std::uint64_t made = std::min(operations, limit);
    return {.attempted = made, .failed = made / 2, .first_failure = "half of it"};
  }
  void end_round() override { ++rounds_ended; }

  std::vector<std::uint64_t> asked;
  int rounds_ended = 0;
  std::uint64_t limit = UINT64_MAX;

 private:
  std::uint64_t cycle_;
};

/// Rounds of two recorders that can still be looked at.
struct TwoDrivers {
  TwoDrivers(std::uint64_t first_cycle, std::uint64_t second_cycle) {
    std::vector<std::unique_ptr<Driver>> drivers;
    drivers.push_back(std::make_unique<Recorder>(first_cycle));
    drivers.push_back(std::make_unique<Recorder>(second_cycle));
    first = static_cast<Recorder*>(drivers[0].get());
    second = static_cast<Recorder*>(drivers[1].get());
    rounds.emplace(std::move(drivers));
  }
  Recorder* first;
  Recorder* second;
  std::optional<Rounds> rounds;
};

TEST(Rounds, GiveEveryVariantTheSameNumberOfTurns) {
  TwoDrivers two(4, 6);
  EXPECT_EQ(two.rounds->cycle(), 24u);
  const Tally tally = two.rounds->next(25, std::nullopt, kNever);
  EXPECT_THAT(two.first->asked, ElementsAre(24u));
  EXPECT_THAT(two.second->asked, ElementsAre(24u));
  EXPECT_EQ(tally.attempted, 48u);
  EXPECT_EQ(tally.failed, 24u);
  EXPECT_EQ(tally.first_failure, "half of it");
  EXPECT_EQ(two.first->rounds_ended, 1);
  EXPECT_EQ(two.second->rounds_ended, 1);
}

TEST(Rounds, EndWhenADriverEndsEarly) {
  TwoDrivers two(1, 1);
  two.first->limit = 3;
  const Tally tally = two.rounds->next(20, std::nullopt, kNever);
  EXPECT_EQ(tally.attempted, 3u);
  EXPECT_TRUE(two.second->asked.empty());
  EXPECT_EQ(two.second->rounds_ended, 1);
}

TEST(Rounds, HoldThePaceInEvenSlices) {
  TwoDrivers two(1, 1);
  const auto start = posix::Clock::now();
  const Tally tally = two.rounds->next(100, 2000, kNever);
  EXPECT_GE(posix::Clock::now() - start, milliseconds(50));
  EXPECT_EQ(tally.attempted, 100u);
  EXPECT_THAT(two.first->asked, SizeIs(10));
  EXPECT_THAT(two.first->asked, Each(5u));
}

TEST(Rounds, NeverSplitACycleForThePace) {
  TwoDrivers two(8, 1);
  const Tally tally = two.rounds->next(32, 1e6, kNever);
  EXPECT_EQ(tally.attempted, 32u);
  two.rounds->next(32, 1000, kNever);
  EXPECT_THAT(two.first->asked, Each(Ge(8u)));
}

TEST(Rounds, StopWaitingWhenInterrupted) {
  TwoDrivers two(1, 1);
  const Tally tally = two.rounds->next(1000, 0.01, [] { return 2; });
  EXPECT_EQ(tally.attempted, 2u);
}

TEST(Idle, WaitsAMillisecondForEachOperation) {
  const auto start = posix::Clock::now();
  EXPECT_EQ(Idle().perform(25, kNever).attempted, 25u);
  EXPECT_GE(posix::Clock::now() - start, milliseconds(25));
}

TEST(Idle, EndsEarlyWhenInterrupted) {
  int looks = 0;
  const Tally tally = Idle().perform(3'600'000, [&] { return ++looks == 3 ? 2 : 0; });
  EXPECT_GT(tally.attempted, 0u);
  EXPECT_LT(tally.attempted, 3'600'000u);
}

TEST(Callable, MakesOneOperationACallAndSeesTheInstance) {
  int calls = 0;
  Callable callable(
      [&](const Instance& instance) {
        if (instance.ports.at(0) != 4711) throw std::runtime_error("wrong port");
        return ++calls % 4 != 0;
      },
      {.state = {}, .ports = {4711}});
  const Tally tally = callable.perform(20, kNever);
  EXPECT_EQ(calls, 20);
  EXPECT_EQ(tally.attempted, 20u);
  EXPECT_EQ(tally.failed, 5u);
  EXPECT_EQ(tally.first_failure, "the callable returned false");
}

TEST(Callable, CountsAnExceptionAsAFailedOperation) {
  Callable callable([](const Instance&) -> bool { throw std::runtime_error("no such table"); }, {});
  const Tally tally = callable.perform(3, kNever);
  EXPECT_EQ(tally.attempted, 3u);
  EXPECT_EQ(tally.failed, 3u);
  EXPECT_EQ(tally.first_failure, "the callable threw: no such table");
}

TEST(Callable, HasToBeOne) { EXPECT_THROW(Callable(nullptr, {}), ScenarioError); }

}  // namespace
}  // namespace watertight::stress
